"""Train a discriminator between two fixed densities: `python -m recipes.first_gan.optimal`.

Against a generator that stands still, the best discriminator says p(x) / (p(x) + q(x)),
where p is the density of real samples and q that of fake ones (Goodfellow et al. 2014,
proposition 1). Here both are known, so one can look whether it does.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import norm

from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from data.figure import new_figure, to_picture
from data.sheet import save

from .config import Config

#: Real samples come from two Gaussians in equal parts, fake ones from a wide one.
REAL = ((-1.5, 0.4), (1.0, 0.6))
FAKE = (0.3, 1.2)
_SPAN = np.linspace(-4, 4, 401)


@dataclass
class Flags:
    """Train a discriminator between two known densities, and hold it against the theory."""

    steps: int = 3000
    """Updates."""
    seed: int = 0
    """Decides the samples and the first weights."""
    out: Path = Path("optimal.png")
    """The picture."""


def real_density(x: np.ndarray) -> np.ndarray:
    """p(x)."""
    return np.mean([norm.pdf(x, mean, deviation) for mean, deviation in REAL], axis=0)


def fake_density(x: np.ndarray) -> np.ndarray:
    """q(x)."""
    return norm.pdf(x, *FAKE)


def learn(steps: int, seed: int) -> np.ndarray:
    """Train a `FirstDiscriminator`; returns σ(D(x)) over `_SPAN`."""
    from common.batches import rng_for
    from common.machine import backend

    from .gan import FirstDiscriminator, FirstLoss

    backend.set_up("float32", seed)
    config = Config(
        channels=1, magnification=1.0, decay_from=steps // 2, decay_steps=max(1, steps // 2)
    )
    discriminator = FirstDiscriminator(config, FirstLoss())
    update = backend.compiled(discriminator.trainModel)
    for step in range(steps):
        rng = rng_for(seed, "optimal", step)
        mean, deviation = np.array(REAL)[rng.integers(0, len(REAL), config.batch_size)].T
        real = rng.normal(mean, deviation)[:, None].astype(np.float32)
        fake = rng.normal(*FAKE, config.batch_size)[:, None].astype(np.float32)
        update({"real": real}, fake)
    logits = np.asarray(discriminator.model(_SPAN[:, None].astype(np.float32)))[:, 0]
    return 1 / (1 + np.exp(-logits))


def error(learned: np.ndarray | float) -> float:
    """Mean of |σ(D(x)) − p/(p+q)|, where x is real or fake with equal chance."""
    p, q = real_density(_SPAN), fake_density(_SPAN)
    return float(np.average(np.abs(learned - p / (p + q)), weights=p + q))


def draw(learned: np.ndarray):
    """Both densities, what was learned, and what theory says."""
    p, q = real_density(_SPAN), fake_density(_SPAN)
    figure = new_figure(6, 3.5)
    axes = figure.subplots()
    axes.fill_between(_SPAN, p, alpha=0.25, label="p, real")
    axes.fill_between(_SPAN, q, alpha=0.25, label="q, fake")
    axes.plot(_SPAN, p / (p + q), "k--", linewidth=1, label="p / (p + q)")
    axes.plot(_SPAN, learned, "C3", label="σ(D), learned")
    axes.set(xlim=(_SPAN[0], _SPAN[-1]), ylim=(0, 1), xlabel="x")
    axes.legend(fontsize="small", loc="upper right")
    return to_picture(figure)


def main() -> None:
    """Learn, compare and draw."""
    flags = read_flags(Flags, sys.argv[1:], program="python -m recipes.first_gan.optimal")
    for name, least, most in (("steps", 1, 10**6), ("seed", 0, 2**32 - 1)):
        if not least <= getattr(flags, name) <= most:
            raise Refused(f"--{name} {getattr(flags, name)}: legal is {least} to {most}")
    if flags.out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise Refused(f"--out {flags.out}: legal endings are .png .jpg .jpeg .webp")
    learned = learn(flags.steps, flags.seed)
    print(f"mean |σ(D) − p/(p+q)|: {error(learned):.4f} (a constant ½: {error(0.5):.4f})")
    try:
        save(draw(learned), flags.out)
    except (OSError, ValueError) as fault:
        raise EnvironmentFailure(f"{flags.out} cannot be written: {fault}") from fault
    print(flags.out)


if __name__ == "__main__":
    sys.exit(run_program(main))
