"""Refine pictures with a trained SimGAN: `python -m recipes.simgan.infer --help`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import data
from common.commands.infer import keep, loaded_with
from common.run.loaded import LoadedRun
from common.translation.infer import TranslateFlags, from_examples, translate_inputs
from common.translation.infer import translate as make
from data.command import run_program
from data.errors import Refused
from data.plurals import number_of

from . import training_set
from .config import Config


@dataclass
class Flags(TranslateFlags):
    """Refine pictures with a run's refiner; all else is known from its folder."""

    input: str | None = None
    """A picture, a folder, or - for standard input; or an .npz or .h5 file of pictures and their
    labels, which are kept; None: the run's test pictures."""
    all: bool = False
    """Refine all simulated pictures that the run was trained on, and keep their labels."""

    @property
    def makes_set(self) -> bool:
        """Whether a file of arrays is made, with labels."""
        return self.all or training_set.is_array_file(self.input)

    def check(self, loaded: LoadedRun) -> None:
        """As `TranslateFlags.check`."""
        if self.all and self.input is not None:
            raise Refused("--all and --input: legal is one of them")
        if not self.makes_set:
            super().check(loaded)
        else:
            training_set.check_out(self.out, self.input, self.overwrite)


def of_run(loaded: LoadedRun, flags: Flags) -> dict[str, np.ndarray]:
    """Load the simulated pictures that a run was trained on, and their factors."""
    config = loaded.config
    source = data.find(flags.data or config.data, config.reading)
    config.check_kind(source)
    simulated, _ = source.domains.values()
    found = simulated.load("train", config.image_size, config.pictures, config.seed)
    return {"images": np.asarray(found.samples)} | found.factors


def make_set(loaded: LoadedRun, flags: Flags) -> None:
    """Refine the pictures of a file of arrays, or of the run, and write them with their labels.

    Raises:
        Refused: what `training_set.read` and `training_set.refined` refuse.
        EnvironmentFailure: the disk does not take it.
    """
    arrays = of_run(loaded, flags) if flags.all else training_set.read(flags.input)
    levels = None if flags.all else loaded.levels("input")
    before = []

    def refine(images: np.ndarray) -> np.ndarray:
        # Only now the slow import; the network comes first, as it imports TensorFlow quietly.
        network = loaded.network()
        from common.trainer import generate
        from data.pixels import to_float, to_pixels

        before.append(images)
        parts = np.array_split(images, -(-len(images) // 1024))
        return np.concatenate(
            [to_pixels(generate(network, {"input": to_float(part)})) for part in parts]
        )

    name = str(flags.run) if flags.all else Path(flags.input).name
    made, key = training_set.refined(arrays, name, loaded.config, levels, refine)
    out = flags.out or loaded.run.path / "refined.npz"
    sheet = training_set.write(made, before[0], made[key].reshape(before[0].shape), out)
    print(f"before and after: {sheet}")
    others = ", ".join(sorted(made.keys() - {key}))
    kept = f", with {others}" if others else ""
    print(f"{number_of(len(made[key]), 'pictures')}{kept}: {out}")


def main() -> int:
    """Refine pictures from the command line; returns the exit code."""

    def program() -> None:
        loaded, flags = loaded_with(__file__, Config, Flags)
        if flags.makes_set:
            make_set(loaded, flags)
        elif flags.input is None:
            keep(from_examples(loaded, flags, make), loaded, flags)
        else:
            translate_inputs(loaded, flags, make)
            for file in training_set.copied_labels(flags.input, flags.out, flags.overwrite):
                print(f"labels: {file}")

    return run_program(program)


if __name__ == "__main__":
    sys.exit(main())
