"""Measures of points whose true density is known."""

from __future__ import annotations

import numpy as np

from common.batches import rng_for
from common.evaluation.candidates import Candidate, sampled
from common.evaluation.case import Case
from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import Scores
from data.errors import Refused
from data.worlds.mixture import Mixture

MEASURES = {
    "modes": "how many of the mixture's modes have at least a fifth of their share (best: all)",
    "high quality": "share of samples within 3 σ of a centre (a perfect sampler: .989)",
    "std ratio": "standard deviation within the modes, over the true one (best: 1)",
    "divergence": "Kullback-Leibler divergence of the shares of modes from equal ones, nats (0)",
}

#: The columns of this measure's controls, in words.
CONTROLS = {
    "real": "other points of the same mixture: as good as one can be",
    "centres": "a cheat that knows the modes' centres and nothing else",
    "Gaussian": "one Gaussian with the mean and covariance of the training points",
}


def measure(case: Case) -> Scores:
    """Score a run's points, and controls beside them.

    Raises:
        Refused: there are fewer test points than asked for, a net is named, or a run has no
            checkpoint yet.
    """
    for name in ("features", "inception"):
        if getattr(case.flags, name, None) is not None:
            raise Refused(f"--{name}: points are measured as they are, without a net")
    case.reserve(*CONTROLS)
    mixture = case.source.world
    candidates = sampled(case) | controls(case.reference, mixture, case.seed)
    return Scores(
        {"samples": len(case.reference.held_out)},
        {name: candidate.meaning for name, candidate in candidates.items()},
        MEASURES,
        {name: score(candidate.samples, mixture) for name, candidate in candidates.items()},
    )


def score(points: np.ndarray, mixture: Mixture) -> dict[str, float]:
    """Compute the `MEASURES` of points N×2."""
    # Only now: this imports SciPy.
    from common.metrics.modes import count_modes, fit_of_mixture

    fit = fit_of_mixture(points, mixture)
    nearest = np.linalg.norm(points[:, None] - mixture.centres, axis=-1).argmin(1)
    return {
        "modes": fit.reached,
        "high quality": fit.high_quality,
        "std ratio": fit.std_ratio,
        "divergence": count_modes(nearest, fit.modes).divergence,
    }


def controls(reference: ReferenceSet, mixture: Mixture, seed: int) -> dict[str, Candidate]:
    """Create the points of each of `CONTROLS`, as many as are held out."""
    training, held_out = reference.training.samples, reference.held_out.samples
    rng, count = rng_for(seed, "controls"), len(held_out)
    gaussian = rng.multivariate_normal(training.mean(0), np.cov(training.T), count)
    centres = mixture.centres[np.arange(count) % len(mixture.centres)]
    points = {"real": held_out, "centres": centres, "Gaussian": gaussian}
    return {name: Candidate(meaning, points[name]) for name, meaning in CONTROLS.items()}
