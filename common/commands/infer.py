"""Program behind the infer.py of recipes that generate samples from latents.

A recipe's infer.py defines two things, which `main` and every other way to use a run work with:
`Flags`, a dataclass whose fields are the command's options, and `make`, a pure function
(run, flags) -> `Made`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from common.batches import Batch, draw_latents, rng_for
from common.commands.latents import arithmetic, parse_arithmetic, path_between
from common.commands.made import ENDINGS, Made, check_kept, check_out, names_folder
from common.commands.name import recipe_name
from common.config import Config
from common.run.loaded import LoadedRun
from data.command import read_flags, run_program
from data.errors import Refused
from data.pixels import to_pixels
from data.plurals import number_of

# Pictures of a row that interpolates between two latents.
_STEPS = 10


@dataclass
class InferFlags:
    """Use the networks of a run; all else is known from the run's folder."""

    run: Path
    """The run folder."""
    seed: int | None = None
    """Seed of everything random; None: that of the samples saved in training."""
    out: Path | None = None
    """A file: a sheet, or an .npz of the bare arrays; or a folder for a file of each picture; None:
    a sheet in the run's folder."""
    overwrite: bool = False
    """Replace files of the same names in the folder --out."""

    #: The recipe's flags that name pictures which are read; "input" where it has one.
    read_from: ClassVar[tuple[str, ...]] = ("input",)

    def check(self, loaded: LoadedRun) -> None:
        """Validate the flags; a recipe adds its own checks.

        Raises:
            Refused: with the flag and what is legal, in one line.
        """
        if self.seed is not None and not 0 <= self.seed < 2**32:
            raise Refused(f"--seed {self.seed}: legal is 0 to {2**32 - 1}")
        if self.out is not None:
            for name in self.read_from:
                check_kept(self.out, getattr(self, name, None), self.overwrite)

    def prefix(self, config: Config, title: str) -> str:
        """Return how the names of pictures begin, where each has a file of its own."""
        seed = config.seed if self.seed is None else self.seed
        return f"seed{seed}" + ("" if title == config.kind else f"-{title}")


@dataclass
class LatentFlags(InferFlags):
    """Make samples with the generator of a run; all else is known from the run's folder."""

    count: int = 64
    """Number of samples."""
    numbered: bool = False
    """Write each picture's number into its corner, to name it in --arithmetic."""
    interpolate: int = 0
    """Number of rows, each an interpolation between two latents in 10 pictures."""
    arithmetic: str | None = None
    """Picture numbers to average, take away and add: "3,9,14 - 0,5,8 + 2,6,11"."""

    #: Endings of files that all samples can be written to.
    endings: ClassVar[tuple[str, ...]] = ENDINGS
    #: The kinds of samples that have a picture each, to be numbered or to have a file of its own.
    pictured: ClassVar[tuple[str, ...]] = ("pictures",)

    def check(self, loaded: LoadedRun) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.out is not None and names_folder(self.out):
            self._check_folder(loaded)
        if self.out is not None:
            prefix = self.prefix(loaded.config, self.title(loaded.config.kind))
            check_out(self.out, prefix, self.overwrite, self.endings)
        if not 1 <= self.count <= 10_000:
            raise Refused(f"--count {self.count}: legal is 1 to 10000")
        if not 0 <= self.interpolate <= 1000:
            raise Refused(f"--interpolate {self.interpolate}: legal is 0 to 1000")
        kind, has_prior = loaded.config.kind, hasattr(loaded.config, "prior")
        for flag in ("numbered", "interpolate", "arithmetic"):
            if getattr(self, flag) in (False, 0, None):
                continue
            if kind not in self.pictured:
                raise Refused(f"--{flag}: legal where pictures are made; {self.run} makes {kind}")
            if not has_prior:
                raise Refused(f"--{flag}: legal where latents come from a prior; these do not")
        if self.arithmetic is not None:
            if self.interpolate:
                raise Refused("--interpolate and --arithmetic: legal is one of them")
            parse_arithmetic(self.arithmetic)

    def _check_folder(self, loaded: LoadedRun) -> None:
        kind = loaded.config.kind
        if kind not in self.pictured:
            raise Refused(
                f"--out {self.out}: a folder is legal where pictures are made; {self.run} makes "
                f"{kind}"
            )
        if self.numbered:
            raise Refused("--numbered: legal with a sheet; files of their own have numbers")

    def title(self, kind: str) -> str:
        """Return the name of what is made, from the kind of the samples."""
        if self.arithmetic is not None:
            return "arithmetic"
        return "interpolation" if self.interpolate else kind


#: (config, rng, count, flags) -> a network's inputs, `count` rows each, by name.
Draw = Callable[[Config, np.random.Generator, int, LatentFlags], Batch]


def latents_of(config: Config, rng: np.random.Generator, count: int, flags: LatentFlags) -> Batch:
    """Draw latents alone, float32 count×latent_size, from the prior."""
    return {"latent": draw_latents(rng, count, config.latent_size, config.prior)}


def from_latents(loaded: LoadedRun, flags: LatentFlags, draw: Draw = latents_of) -> Made:
    """Generate samples from latents, from interpolations between them or from sums of them.

    Args:
        loaded: The run.
        flags: The options.
        draw: For a network with other inputs than latents, or more: draws them as the recipe's
            training does. Interpolations and sums are of its entry `latent`.

    Raises:
        Refused: the network's file is damaged.
    """
    # Only now the slow import; the networks come first, as they import TensorFlow quietly.
    network = loaded.network()
    from common.trainer import generate

    config = loaded.config
    seed = config.seed if flags.seed is None else flags.seed
    title, columns = flags.title(config.kind), None
    if flags.arithmetic is not None:
        terms = parse_arithmetic(flags.arithmetic)
        numbers = [number for _, several in terms for number in several]
        batch = _drawn(draw, config, seed, 1 + max(numbers), flags)
        latents, columns = arithmetic(batch["latent"], terms, config.prior)
        # Only latents are added; all other inputs are those of the first picture.
        batch = _with_latents(batch, latents, np.full(len(latents), numbers[0]))
    elif flags.interpolate:
        starts = np.arange(0, 2 * flags.interpolate, 2)
        batch = _drawn(draw, config, seed, 2 * flags.interpolate, flags)
        latents, columns = batch["latent"], _STEPS
        latents = path_between(latents[starts], latents[starts + 1], columns, config.prior)
        batch = _with_latents(batch, latents, np.repeat(starts, columns))
    else:
        batch = draw(config, rng_for(seed, "samples"), flags.count, flags)
    samples = generate(network, batch)
    if config.kind == "pictures":
        samples = to_pixels(samples)
    return Made(samples, batch, config.kind, title, columns, flags.numbered)


def _drawn(draw: Draw, config: Config, seed: int, count: int, flags: LatentFlags) -> Batch:
    # As many as --numbered shows, or more: inputs drawn after the latents depend on the count.
    return draw(config, rng_for(seed, "samples"), max(count, flags.count), flags)


def _with_latents(batch: Batch, latents: np.ndarray, rows: np.ndarray) -> Batch:
    """The chosen rows of a batch, with other latents."""
    return {name: values[rows] for name, values in batch.items()} | {"latent": latents}


def main(
    file: str,
    kind: type[Config],
    make: Callable[[LoadedRun, InferFlags], Made] = from_latents,
    flags: type[InferFlags] = LatentFlags,
) -> int:
    """Generate samples with a trained run, from the command line.

    Args:
        file: The recipe's infer.py; its folder's name is the recipe's.
        kind: The recipe's configuration.
        make: (run, flags) -> output. It reads no command line and writes no file.
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
    """Load the run that the command line names; returns it and the flags, validated."""
    recipe = recipe_name(file)
    chosen = read_flags(flags, sys.argv[1:], program=f"python -m recipes.{recipe}.infer")
    loaded = LoadedRun.open(chosen.run, recipe, kind)
    chosen.check(loaded)
    return loaded, chosen


def keep(made: Made, loaded: LoadedRun, flags: InferFlags) -> None:
    """Write the output where the flags say, and print where it is."""
    out = flags.out or loaded.run.path / f"{made.title}.png"
    if flags.out is not None and names_folder(out):
        made.write_each(out, flags.prefix(loaded.config, made.title), flags.overwrite)
    else:
        made.write(out)
    print(f"{number_of(len(made.samples), made.kind)}: {out}")
