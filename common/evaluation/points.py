"""Measures of points, where the density they should come from is known."""

from __future__ import annotations

import numpy as np

from common.batches import rng_for
from common.evaluation.candidates import Entrant
from common.evaluation.reference import Ground
from common.evaluation.scores import Scores
from common.metrics.modes import count_modes, fit_of_mixture
from data.worlds.mixture import Mixture

MEASURES = {
    "modes": "how many of the mixture's modes have at least a fifth of their share (best: all)",
    "high quality": "share of samples within 3 σ of a centre (a perfect sampler: .989)",
    "spread": "standard deviation within the modes, over the true one (best: 1)",
    "divergence": "Kullback-Leibler divergence of the shares of modes from equal ones, nats (0)",
}

ENTRANTS = {
    "real": "other points of the same mixture: as good as one can be",
    "centres": "a cheat that knows the modes' centres and nothing else",
    "Gaussian": "one Gaussian with the mean and covariance of the training points",
}


def score(points: np.ndarray, mixture: Mixture) -> dict[str, float]:
    """The `MEASURES` of points N×2."""
    fit = fit_of_mixture(points, mixture)
    nearest = np.linalg.norm(points[:, None] - mixture.centres, axis=-1).argmin(1)
    return {
        "modes": fit.reached,
        "high quality": fit.high_quality,
        "spread": fit.spread,
        "divergence": count_modes(nearest, fit.modes).divergence,
    }


def controls(
    training: np.ndarray, held_out: np.ndarray, mixture: Mixture, seed: int
) -> dict[str, np.ndarray]:
    """The points of each of `ENTRANTS`, as many as are held out."""
    chance, count = rng_for(seed, "controls"), len(held_out)
    gaussian = chance.multivariate_normal(training.mean(0), np.cov(training.T), count)
    centres = mixture.centres[np.arange(count) % len(mixture.centres)]
    return {"real": held_out, "centres": centres, "Gaussian": gaussian}


def evaluate(facts: dict, entrants: dict[str, Entrant], ground: Ground, mixture: Mixture) -> Scores:
    """Score entrants, and the controls beside them.

    Args:
        facts: Of the run, for the record.
        mixture: The world that the run's points come from.
    """
    made = controls(ground.training, ground.held_out, mixture, facts["seed"])
    everybody = entrants | {name: Entrant(ENTRANTS[name], made[name]) for name in made}
    return Scores(
        facts,
        {name: entrant.meaning for name, entrant in everybody.items()},
        MEASURES,
        {name: score(entrant.samples, mixture) for name, entrant in everybody.items()},
    )
