"""The program behind infer.py of every recipe that makes samples from latents.

A recipe's infer.py names two things, which `main` and every other way to use a run work with:
`Flags`, a dataclass whose fields are what can be asked for, and `make`, a pure function
(run, flags) -> `Made`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.batches import Batch, draw_latents, rng_for
from common.commands.latents import arithmetic, parse_arithmetic, path_between
from common.commands.made import ENDINGS, Made
from common.commands.name import recipe_name
from common.config import Config
from common.run.loaded import LoadedRun
from data.command import read_flags, run_program
from data.errors import Refused
from data.pixels import to_pixels

# Pictures of a row that walks from one latent to another.
_STEPS = 10


@dataclass
class InferFlags:
    """Use the networks of a run; all else is known from the run's folder."""

    run: Path
    """The run folder."""
    seed: int | None = None
    """Decides everything random; None: as in the samples that were saved in training."""
    out: Path | None = None
    """A picture file, or an .npz for the bare arrays; None: in the run's folder."""

    def __post_init__(self):
        if self.out is not None:
            self.out = self.out.expanduser()

    def check(self, loaded: LoadedRun) -> None:
        """Refuse values that cannot be; a recipe adds its own checks.

        Raises:
            Refused: with the flag and what is legal, in one line.
        """
        if self.seed is not None and not 0 <= self.seed < 2**32:
            raise Refused(f"--seed {self.seed}: legal is 0 to {2**32 - 1}")


@dataclass
class LatentFlags(InferFlags):
    """Make samples with the generator of a run; all else is known from the run's folder."""

    count: int = 64
    """How many samples."""
    numbered: bool = False
    """Write each picture's number into its corner, to name it in --arithmetic."""
    interpolate: int = 0
    """Rows that each walk from one latent to another, in 10 pictures."""
    arithmetic: str | None = None
    """Picture numbers to average, take away and add: "3,9,14 - 0,5,8 + 2,6,11"."""

    def check(self, loaded: LoadedRun) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.out is not None and self.out.suffix.lower() not in ENDINGS:
            raise Refused(f"--out {self.out}: legal endings are {' '.join(ENDINGS)}")
        if not 1 <= self.count <= 10_000:
            raise Refused(f"--count {self.count}: legal is 1 to 10000")
        if not 0 <= self.interpolate <= 1000:
            raise Refused(f"--interpolate {self.interpolate}: legal is 0 to 1000")
        kind, has_prior = loaded.config.kind, hasattr(loaded.config, "prior")
        for flag in ("numbered", "interpolate", "arithmetic"):
            if getattr(self, flag) in (False, 0, None):
                continue
            if kind != "pictures":
                raise Refused(f"--{flag}: legal where pictures are made; {self.run} makes {kind}")
            if not has_prior:
                raise Refused(f"--{flag}: legal where latents come from a prior; these do not")
        if self.arithmetic is not None:
            parse_arithmetic(self.arithmetic)


#: (config, rng, count, flags) -> what a network is given, `count` rows each, by name.
Draw = Callable[[Config, np.random.Generator, int, LatentFlags], Batch]


def latents_of(config: Config, rng: np.random.Generator, count: int, flags: LatentFlags) -> Batch:
    """Latents alone, float32 count×latent_size, of the prior."""
    return {"latent": draw_latents(rng, count, config.latent_size, config.prior)}


def from_latents(loaded: LoadedRun, flags: LatentFlags, draw: Draw = latents_of) -> Made:
    """Samples from latents: those of the training's sheets, others, walks between them or sums.

    Args:
        loaded: The run.
        flags: What is asked for.
        draw: For a network that is given something else, or more; as the recipe's training
            draws it. Walks and sums are of its entry `latent`.

    Raises:
        Refused: the network's file is damaged.
    """
    # Only now the slow import; the networks come first, as they import TensorFlow quietly.
    network = loaded.network()
    from common.trainer import generate

    config = loaded.config
    seed = config.seed if flags.seed is None else flags.seed
    title, columns = config.kind, None
    if flags.arithmetic is not None:
        terms = parse_arithmetic(flags.arithmetic)
        numbers = [number for _, several in terms for number in several]
        batch = _drawn(draw, config, seed, 1 + max(numbers), flags)
        latents, columns = arithmetic(batch["latent"], terms, config.prior)
        # All in the light of the first picture: only latents are added.
        batch = _with_latents(batch, latents, np.full(len(latents), numbers[0]))
        title = "arithmetic"
    elif flags.interpolate:
        starts = np.arange(0, 2 * flags.interpolate, 2)
        batch = _drawn(draw, config, seed, 2 * flags.interpolate, flags)
        latents, columns = batch["latent"], _STEPS
        latents = path_between(latents[starts], latents[starts + 1], columns, config.prior)
        batch = _with_latents(batch, latents, np.repeat(starts, columns))
        title = "interpolation"
    else:
        batch = draw(config, rng_for(seed, "samples"), flags.count, flags)
    samples = generate(network, batch)
    if config.kind == "pictures":
        samples = to_pixels(samples)
    return Made(samples, batch, config.kind, title, columns, flags.numbered)


def _drawn(draw: Draw, config: Config, seed: int, count: int, flags: LatentFlags) -> Batch:
    # As many as --numbered shows, or more: what is drawn after the latents hangs on how many.
    return draw(config, rng_for(seed, "samples"), max(count, flags.count), flags)


def _with_latents(batch: Batch, latents: np.ndarray, rows: np.ndarray) -> Batch:
    """Other latents, each with all else that a row of the batch holds."""
    return {name: values[rows] for name, values in batch.items()} | {"latent": latents}


def main(
    file: str,
    kind: type[Config],
    make: Callable[[LoadedRun, InferFlags], Made] = from_latents,
    flags: type[InferFlags] = LatentFlags,
) -> int:
    """Make something with a trained run, from the command line.

    Args:
        file: The recipe's infer.py; its folder's name is the recipe's.
        kind: The recipe's configuration.
        make: What is made for which flags. It reads no command line and writes no file.
        flags: The dataclass of the command line's flags.

    Returns:
        The exit code.
    """

    def program() -> None:
        loaded, chosen = loaded_with(file, kind, flags)
        keep(make(loaded, chosen), loaded, chosen)

    return run_program(program)


def loaded_with(
    file: str, kind: type[Config], flags: type[InferFlags]
) -> tuple[LoadedRun, InferFlags]:
    """The run that the command line names, and its other flags, checked."""
    recipe = recipe_name(file)
    chosen = read_flags(flags, sys.argv[1:], program=f"python -m recipes.{recipe}.infer")
    loaded = LoadedRun.open(chosen.run, recipe, kind)
    chosen.check(loaded)
    return loaded, chosen


def keep(made: Made, loaded: LoadedRun, flags: InferFlags) -> None:
    """Write what was made to the file that the flags say, and tell the user."""
    out = flags.out or loaded.run.path / f"{made.title}.png"
    made.write(out)
    print(f"{len(made.samples)} {made.kind}: {out}")
