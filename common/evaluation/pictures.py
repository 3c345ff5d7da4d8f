"""Measures of pictures made from latents, beside controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from common.evaluation.candidates import sampled
from common.evaluation.case import Case
from common.evaluation.nearest import sheet
from common.evaluation.scores import TRAINED, Criterion, Scores, Values
from data.progress import counted, waiting

if TYPE_CHECKING:
    from common.trainer import Trainer

#: The columns of this measure's controls, and of a probe on the pixels.
CONTROLS, PIXELS = ("real", "copies", "PCA"), "pixels"
#: The sheet of samples, each beside the training pictures nearest to it.
NEAREST = "nearest"


def measure(
    case: Case,
    probe: Callable | None = None,
    also: Callable[[Trainer], Values] = lambda trainer: {},
) -> Scores:
    """Score a run's pictures, and controls beside them.

    Args:
        probe: (trainer, pictures uint8 N×H×W×C) -> its discriminator's features of them, N×d,
            from which a linear classifier learns to read the labels. None: there is no probe.
        also: More measures of a trainer, that of the run first; those without averaging apart.

    Raises:
        Refused: there are fewer samples than a measure needs, a feature net is of other data,
            or a run has no checkpoint yet.
    """
    reference = case.reference
    case.reserve(*CONTROLS, *([PIXELS] if probe else []))
    # Only now: these import TensorFlow and scikit-learn.
    from common.evaluation import probes
    from common.evaluation.metric_set import MetricOptions, MetricSet
    from common.evaluation.picture_controls import controls

    linear = None
    if probe and probes.Probe.fits(case.source):
        linear = probes.Probe(case.source, case.config, case.seed)

    def ask(trainer) -> dict:
        probed = {"probe error": linear.error(partial(probe, trainer))} if linear else {}
        return probed | also(trainer)

    candidates = sampled(case, ask)
    options = MetricOptions.of(case.flags)
    metrics = MetricSet.of(reference, case.source, options, case.seed)
    with waiting("looking for the nearest training pictures"):
        look = sheet(candidates[TRAINED].samples, reference.training.samples)
    with waiting("finding principal components of the training pictures"):
        candidates |= controls(reference, case.seed)
    values = {}
    with counted("measuring", len(candidates)) as progress:
        for name, candidate in candidates.items():
            values[name] = metrics.score(candidate.samples) | candidate.values
            progress(len(values))
    scores = Scores(
        {"samples": len(reference.held_out)} | metrics.facts,
        {name: candidate.meaning for name, candidate in candidates.items()},
        metrics.measures,
        values,
        metrics.unavailable,
        sheets={NEAREST: look},
    )
    if linear:
        scores.measures |= probes.MEASURES
        scores.candidates[PIXELS] = "no network: the probe looks at the pixels themselves"
        scores.values[PIXELS] = {"probe error": linear.error(_flattened)}
    return scores


def criteria(scores: Scores) -> list[Criterion]:
    """Return what a generator of pictures has to reach: better than PCA, and no copies.

    In the features of a net that has learned nothing, a Gaussian of the pixels' own moments is
    hard to beat in its Fréchet distance; there, density and coverage decide (Naeem et al. 2020).
    """
    if scores.informed:
        found = [
            Criterion("Fréchet distance", most=0.5, of="PCA"),
            Criterion("coverage", least=1, of="PCA"),
        ]
    else:
        found = [
            Criterion("density", least=1, of="PCA"),
            Criterion("coverage", least=0.5, of="PCA"),
        ]
    # Nothing is copied where nothing is learned.
    guards = {"copying": 0.55, "copied": 0.05}
    return found + [Criterion(name, most=most, guard=True) for name, most in guards.items()]


def _flattened(images: np.ndarray) -> np.ndarray:
    """The pixels themselves as features, N×(H·W·C)."""
    return images.reshape(len(images), -1)
