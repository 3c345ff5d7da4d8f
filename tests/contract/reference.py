"""Restores a run's trainer from its checkpoint and writes down what its networks make.

`python -m tests.contract.reference RECIPE RUN`, in a folder of its own: `visuals.npz`, what the
last sheet shows; `given.npz`, inputs for each kept model, and `wanted-*.npy`, what it makes of
them; `given.json`, the names of its inputs; `columns.json`, the names of what is shown.
"""

import json
import sys
from pathlib import Path

from common.machine import backend  # noqa: F401  first: TensorFlow, quietly

import numpy as np  # isort: skip

from common.network import named_inputs
from common.run import checkpoint
from common.run.folder import Run
from data.pixels import to_pixels
from tests.contract.cases import batch_of, built, loaded, presets


def main(recipe: str, folder: str) -> None:
    run = Run.open(Path(folder), recipe)
    trainer = built(recipe, run.config(type(presets(recipe)["tiny"])))
    checkpoint.restore(run.checkpoints, trainer.state())
    shown = trainer.visuals(trainer.config.sample_count)
    pictures = trainer.config.kind == "pictures"
    np.savez("visuals.npz", to_pixels(shown[trainer.watched]) if pictures else shown["fake"])
    Path("columns.json").write_text(json.dumps(list(trainer.column_sheets(shown))))
    batch, given, names = batch_of(trainer, loaded(trainer.config), trainer.phases()[-1]), {}, {}
    with trainer.average.ema_models() as models:
        for model in models:
            names[model.name] = [tensor.name for tensor in model.inputs]
            # What no batch holds is what another network made, or one of a group.
            real = batch["real"][:, 0] if trainer.config.grouped_by else batch["real"]
            some = {name: batch.get(name, real) for name in names[model.name]}
            given |= {f"{model.name}/{name}": np.asarray(value) for name, value in some.items()}
            made = model(named_inputs(model, some), training=False)
            for index, output in enumerate(made if isinstance(made, list) else [made]):
                np.save(f"wanted-{model.name}-{index}.npy", np.asarray(output))
    np.savez("given.npz", **given)
    Path("given.json").write_text(json.dumps(names))


if __name__ == "__main__":
    main(*sys.argv[1:])
