"""Measures of pictures made from latents, beside controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from common.evaluation.candidates import sampled
from common.evaluation.case import Case
from common.evaluation.scores import Scores

#: The columns of this measure's controls, and of a probe on the pixels.
CONTROLS, PIXELS = ("real", "copies", "PCA"), "pixels"


def measure(case: Case, probe: Callable | None = None) -> Scores:
    """Score a run's pictures, and controls beside them.

    Args:
        probe: (trainer, pictures uint8 N×H×W×C) -> its discriminator's features of them, N×d,
            from which a linear classifier learns to read the labels. None: there is no probe.

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
        return {"probe error": linear.error(partial(probe, trainer))} if linear else {}

    candidates = sampled(case, ask)
    options = MetricOptions.of(case.flags)
    metrics = MetricSet.of(reference, case.source, options, case.seed)
    candidates |= controls(reference, case.seed)
    scores = Scores(
        {"samples": len(reference.held_out)} | metrics.facts,
        {name: candidate.meaning for name, candidate in candidates.items()},
        metrics.measures,
        {
            name: metrics.score(candidate.samples) | candidate.values
            for name, candidate in candidates.items()
        },
        metrics.unavailable,
    )
    if linear:
        scores.measures |= probes.MEASURES
        scores.candidates[PIXELS] = "no network: the probe looks at the pixels themselves"
        scores.values[PIXELS] = {"probe error": linear.error(_flattened)}
    return scores


def _flattened(images: np.ndarray) -> np.ndarray:
    """The pixels themselves as features, N×(H·W·C)."""
    return images.reshape(len(images), -1)
