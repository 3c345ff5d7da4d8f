"""Who is measured: a run's generator, and what it is without training or without an option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from common.batches import rng_for
from common.config import Config
from common.evaluation.scores import TRAINED
from common.gan import GAN, generate
from common.machine import backend
from common.metrics.kid import Estimate
from common.run import checkpoint
from common.run.folder import Run
from data.errors import Refused
from data.pixels import to_pixels


@dataclass(frozen=True)
class Entrant:
    """Somebody who is measured."""

    meaning: str
    #: Pictures, uint8 N×H×W×C, or points, float32 N×D.
    samples: np.ndarray
    #: Measures that are not of the samples, but of the whole GAN.
    known: dict[str, Estimate] = field(default_factory=dict)


def entrants_of(
    build: Callable[[Config], GAN],
    run: tuple[Run, Config],
    ablations: dict[str, tuple[Run, Config]],
    count: int,
    seed: int,
    ask: Callable[[GAN], dict[str, Estimate]] = lambda gan: {},
) -> tuple[dict[str, Entrant], int]:
    """A run's generator and its controls, all asked with the same latents.

    Args:
        build: Configuration -> GAN.
        ablations: Other runs, by the names under which they stand beside it.
        count: Samples of each.
        seed: Of the latents.
        ask: What else is to be measured, of the GAN itself.

    Returns:
        Entrants by name, and the step at which the run stands.

    Raises:
        Refused: a run has no checkpoint yet, or a generator makes values that are not finite.
    """

    def asked(gan: GAN, sample: Callable, name: str, meaning: str, known: dict) -> None:
        latents = gan.noise(rng_for(seed, "evaluation"), count)["latent"]
        found[name] = Entrant(meaning, _usable(sample(latents), name), known)

    def build_of(config: Config) -> GAN:
        backend.set_up("float32", config.seed)
        return build(config)

    found: dict[str, Entrant] = {}
    folder, config = run
    gan = build_of(config)
    asked(gan, gan.sample, "untrained", "the same GAN with its first weights", ask(gan))
    untrained = found.pop("untrained")
    step = restored(folder, gan)
    asked(gan, gan.sample, TRAINED, "the run's GAN", ask(gan))
    if config.averaging:
        meaning = "its generator with the weights as they are, not their running average"
        asked(gan, lambda z: generate(gan.generator.model, z), "not averaged", meaning, {})
    for name, (other, theirs) in ablations.items():
        ablation = build_of(theirs)
        at = restored(other, ablation)
        meaning = f"the GAN of another run, step {at}"
        asked(ablation, ablation.sample, name, meaning, ask(ablation))
    return found | {"untrained": untrained}, step


def restored(run: Run, gan: GAN) -> int:
    """Set a GAN to a run's last checkpoint; returns its step."""
    step = checkpoint.restore(run.checkpoints, gan.state())
    if step is None:
        raise Refused(f"{run.path} has nothing to evaluate yet: no checkpoint was reached")
    return step


def _usable(samples: np.ndarray, name: str) -> np.ndarray:
    # As pixels, NaN would become a number like any other.
    if not np.isfinite(samples).all():
        raise Refused(f"the {name} generator makes values that are not finite; nothing is measured")
    return to_pixels(samples) if samples.ndim == 4 else samples
