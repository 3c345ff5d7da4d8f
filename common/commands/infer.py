"""The program behind infer.py of every recipe that makes pictures from latents."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.commands.latents import arithmetic, parse_arithmetic, path_between
from common.config import Config
from common.run.folder import Run
from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from data.files import DAMAGED, atomic_write

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".npz")


@dataclass
class InferFlags:
    """Make samples with the generator of a run; all else is known from the run's folder."""

    run: Path
    """The run folder."""
    count: int = 64
    """How many samples."""
    seed: int | None = None
    """Which latents; None: those of the grids that were saved in training."""
    out: Path | None = None
    """A picture file, or an .npz for the bare arrays; None: in the run's folder."""
    numbered: bool = False
    """Write each picture's number into its corner, to name it in --arithmetic."""
    interpolate: int = 0
    """Rows that each walk from one latent to another, in 10 pictures."""
    arithmetic: str | None = None
    """Picture numbers to average, take away and add: "3,9,14 - 0,5,8 + 2,6,11"."""


def main(recipe: str, kind: type[Config]) -> int:
    """Make pictures from the command line; returns the exit code."""
    return run_program(lambda: _infer(recipe, kind, sys.argv[1:]))


def _infer(recipe: str, kind: type[Config], arguments: list[str]) -> None:
    flags = read_flags(InferFlags, arguments, program=f"python -m recipes.{recipe}.infer")
    run = Run.open(flags.run, recipe)
    config = run.config(kind)
    _check(flags, run, config)
    terms = parse_arithmetic(flags.arithmetic) if flags.arithmetic is not None else []
    what = "pictures" if config.makes_pictures else "points"
    what = "arithmetic" if terms else "interpolation" if flags.interpolate else what
    out = flags.out or run.path / f"{what}.png"

    # Only now the slow import, and backend first: it imports TensorFlow quietly.
    from common.gan import fixed_latents, generate
    from common.machine import backend  # noqa: F401
    from data.figure import scatter
    from data.pixels import to_pixels
    from data.sheet import grid, save

    model = load_network(run)

    def latents(count: int) -> np.ndarray:
        if flags.seed is None:
            return fixed_latents(config, count)
        return fixed_latents(dataclasses.replace(config, seed=flags.seed), count)

    columns = None
    if terms:
        highest = max(number for _, numbers in terms for number in numbers)
        chosen, columns = arithmetic(latents(highest + 1), terms, config.prior)
    elif flags.interpolate:
        ends = latents(2 * flags.interpolate)
        columns = 10
        chosen = path_between(ends[::2], ends[1::2], columns, config.prior)
    else:
        chosen = latents(flags.count)
    samples = generate(model, chosen)
    if config.makes_pictures:
        samples = to_pixels(samples)
    try:
        if out.suffix.lower() == ".npz":
            # An open file: given a name, numpy would add an ending of its own.
            with atomic_write(out) as tmp, open(tmp, "wb") as file:
                name = "images" if config.makes_pictures else "points"
                np.savez(file, **{name: samples, "latents": chosen})
        elif config.makes_pictures:
            save(grid(samples, columns, flags.numbered), out)
        else:
            save(scatter(samples), out)
    except (OSError, ValueError) as fault:
        raise EnvironmentFailure(f"{out} cannot be written: {fault}") from fault
    print(f"{len(samples)} {'pictures' if config.makes_pictures else 'points'}: {out}")


def _check(flags: InferFlags, run: Run, config: Config) -> None:
    if not 1 <= flags.count <= 10_000:
        raise Refused(f"--count {flags.count}: legal is 1 to 10000")
    if not 0 <= flags.interpolate <= 1000:
        raise Refused(f"--interpolate {flags.interpolate}: legal is 0 to 1000")
    if flags.seed is not None and flags.seed < 0:
        raise Refused(f"--seed {flags.seed}: legal is 0 or more")
    if flags.out is not None and flags.out.suffix.lower() not in _ENDINGS:
        raise Refused(f"--out {flags.out}: legal endings are {' '.join(_ENDINGS)}")
    for flag in ("numbered", "interpolate", "arithmetic"):
        if getattr(flags, flag) and not config.makes_pictures:
            raise Refused(f"--{flag}: legal where pictures are made; {run.path} makes points")
    if not run.generator.is_file():
        raise Refused(f"{run.path} has no generator.keras yet: no checkpoint was reached")


def load_network(run: Run, name: str = "generator"):
    """One of the networks of a run's generator.

    Raises:
        Refused: its file is damaged.
    """
    from common.machine import backend

    try:
        return backend.load_network(run.network(name))
    except DAMAGED as fault:
        raise Refused(f"{run.network(name)} is damaged; resuming the run writes it anew") from fault
