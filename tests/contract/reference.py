"""Restores a run's trainer from its checkpoint and writes down what its networks make.

`python -m tests.contract.reference RECIPE RUN`, in a folder of its own: `visuals.npz`, what the
last sheet shows; `given.npz`, inputs for each kept model, and `wanted-*.npy`, what it makes of
them; `given.json`, the names of its inputs.
"""

import json
import sys
from pathlib import Path

from common.machine import backend  # noqa: F401  first: TensorFlow, quietly

import numpy as np  # isort: skip

from common.run import checkpoint
from common.run.folder import Run
from data.pixels import to_pixels
from tests.contract.recipes import built, presets


def some_inputs(model, rng) -> list[np.ndarray]:
    """Three rows for each of a model's inputs; sides that may be anything are 64."""
    found = []
    for tensor in model.inputs:
        shape = (3, *(side or 64 for side in tensor.shape[1:]))
        values = rng.uniform(-1, 1, shape).astype("float32")
        found.append(np.zeros(shape, "int32") if "int" in tensor.dtype else values)
    return found


def main(recipe: str, folder: str) -> None:
    run = Run.open(Path(folder), recipe)
    trainer = built(recipe, run.config(type(presets(recipe)["tiny"])))
    checkpoint.restore(run.checkpoints, trainer.state())
    shown = trainer.visuals(trainer.config.sample_count)
    pictures = trainer.config.kind == "pictures"
    np.savez("visuals.npz", to_pixels(shown[trainer.watched]) if pictures else shown["fake"])
    rng, given, names = np.random.default_rng(0), {}, {}
    with trainer.average.ema_models() as models:
        for model in models:
            values = some_inputs(model, rng)
            names[model.name] = [tensor.name for tensor in model.inputs]
            given |= {
                f"{model.name}/{n}": v for n, v in zip(names[model.name], values, strict=True)
            }
            made = model(values[0] if len(values) == 1 else values, training=False)
            for index, output in enumerate(made if isinstance(made, list) else [made]):
                np.save(f"wanted-{model.name}-{index}.npy", np.asarray(output))
    np.savez("given.npz", **given)
    Path("given.json").write_text(json.dumps(names))


if __name__ == "__main__":
    main(*sys.argv[1:])
