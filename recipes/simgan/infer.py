"""Refine pictures with a trained SimGAN: `python -m recipes.simgan.infer --help`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import data
from common.commands.infer import keep, loaded_with
from common.run.loaded import LoadedRun
from common.translation.infer import (
    TranslateFlags,
    from_examples,
    place_of_translations,
    translate_inputs,
)
from common.translation.infer import translate as make
from data.command import run_program
from data.errors import Refused
from data.plurals import number_of

from . import training_set
from .config import Config
from .tables import copy_tables


@dataclass
class Flags(TranslateFlags):
    """Refine pictures with a run's refiner; all else is known from its folder."""

    input: str | None = None
    """A picture, a folder, or - for standard input; or an .npz or .h5 file of pictures and their
    labels, which are kept; None: the run's test pictures."""
    all: bool = False
    """Refine all simulated pictures that the run was trained on, and keep what their set knows of
    them: labels and other factors. (Of a file of arrays --input keeps everything.)"""

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
            return
        for name in ("layout", "direction", "whole"):
            if getattr(self, name) != getattr(type(self), name):
                flag = "--all" if self.all else "a file of arrays"
                raise Refused(f"--{name}: legal with pictures, not with {flag}")
        if self.data is not None and self.input is not None:
            raise Refused("--data and --input: legal is one of them")
        # In the run's folder everything is this program's.
        overwrite = self.overwrite or self.out is None
        training_set.check_out(self.place_of_set(loaded.run.path), self.input, overwrite)

    def place_of_set(self, run: Path) -> Path:
        """Return the file of arrays that is written; by default it lies in the run's folder."""
        if self.out is not None:
            return self.out
        return run / ("refined.npz" if self.all else f"{Path(self.input).stem}-refined.npz")


def of_run(loaded: LoadedRun, flags: Flags) -> dict[str, np.ndarray]:
    """Load the simulated pictures that a run was trained on, and their factors."""
    config = loaded.config
    source = data.find(flags.data or config.data, config.reading)
    config.check_kind(source)
    simulated, _ = source.domains.values()
    found = simulated.load("train", config.image_size, config.pictures, config.seed)
    factors = {name: _in_words(v, simulated.factors[name]) for name, v in found.factors.items()}
    # As files call them, so that the result can be trained on.
    named = {"labels" if name == "label" else name: v for name, v in factors.items()}
    return {"images": np.asarray(found.samples)} | named


def _in_words(values: np.ndarray, words: tuple[str, ...] | None) -> np.ndarray:
    """The values of a factor; of classes that have words, these."""
    return np.array(words)[values] if words and values.dtype.kind in "iu" else values


def make_set(loaded: LoadedRun, flags: Flags) -> None:
    """Refine the pictures of a file of arrays, or of the run, and write them with their labels.

    Raises:
        Refused: what `training_set.read` and `training_set.refined` refuse.
        EnvironmentFailure: the disk does not take it.
    """
    arrays = of_run(loaded, flags) if flags.all else training_set.read(flags.input)
    levels = None if flags.all else loaded.levels("input")
    out = flags.place_of_set(loaded.run.path)
    training_set.check_writable(arrays, out)
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
    after = made[key].reshape(before[0].shape)
    sheet = training_set.write(made, before[0], after, out, flags.overwrite)
    print(f"before and after: {sheet}")
    others, notes = training_set.belonging(made, key)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    kept = f", with {', '.join(others)}" if others else ""
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
            out = flags.out or place_of_translations(loaded.run.path)
            copies = copy_tables(flags.input, out, flags.overwrite)
            for file in copies.files:
                print(f"labels: {file}")
            for note in copies.notes:
                print(f"note: {note}", file=sys.stderr)

    return run_program(program)


if __name__ == "__main__":
    sys.exit(main())
