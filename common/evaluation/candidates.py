"""Candidates to be scored: samples of a run's model, of other models, and of controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from common.batches import rng_for
from common.evaluation.case import Case
from common.evaluation.scores import NOT_AVERAGED, Values
from data.errors import Refused
from data.pixels import to_pixels
from data.progress import waiting

if TYPE_CHECKING:
    from common.trainer import Trainer

#: Pictures, uint8 or float32 in [-1, 1], N×H×W×C -> float32 N×H×W×C' in [-1, 1].
Translation = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Candidate:
    """Model or control to be scored."""

    #: What it is, in words.
    meaning: str
    #: Pictures, uint8 N×H×W×C, or points, float32 N×D; of translators between two sets the
    #: pictures by direction.
    samples: np.ndarray | dict[str, np.ndarray]
    #: Values of measures of the model itself, not of its samples.
    values: Values = field(default_factory=dict)


def sampled(
    case: Case, also: Callable[[Trainer], Values] = lambda trainer: {}
) -> dict[str, Candidate]:
    """Sample every model of a case from the same draw, as many as there are real samples.

    A conditional model is given the factors of the held-out real samples, under their own
    names.

    Args:
        also: Measures of a trainer itself; with and without averaging they are the same.

    Raises:
        Refused: a model has no checkpoint yet, or makes values that are not finite.
    """
    real, found = case.reference.held_out, {}
    for name, meaning, trainer in case.models(not_averaged=True):
        batch = real.factors | trainer.draw(rng_for(case.seed, "evaluation"), len(real))
        with waiting(f"sampling the model {name}"):
            samples = usable(trainer.sample(batch), name)
        values = {} if name == NOT_AVERAGED else also(trainer)
        found[name] = Candidate(meaning, samples, values)
        # Before the next one is built.
        del trainer
    return found


def translations_of(trainer: Trainer, seed: int) -> list[Translation]:
    """Return the translations that a trainer has learned: A→B, and B→A if it learned both.

    Args:
        seed: Seed of the noise.
    """
    with trainer.average.ema_models() as models:
        count = len(models)
    return [partial(trainer.translator(which).all, seed=seed) for which in range(count)]


def usable(samples: np.ndarray, name: str) -> np.ndarray:
    """Convert samples to what is measured: pictures to uint8, all else unchanged.

    Raises:
        Refused: some values are not finite; as pixels, NaN would become a number like any other.
    """
    if not np.isfinite(samples).all():
        raise Refused(f"the {name} generator makes values that are not finite; nothing is measured")
    return to_pixels(samples) if samples.ndim == 4 else samples
