"""Nearest-neighbour measures: fidelity, diversity, and copies of training samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from common.metrics.checks import checked

#: Neighbours within a sample's reach; a set needs one sample more.
K = 5

# Squared distances that differ by less are the same: what is rounded, over the features' squares.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Neighbourhood:
    """Precision, recall, density and coverage of two sets."""

    #: Share of fake samples within the reach of a real one (Kynkäänniemi et al. 2019).
    precision: float
    #: Share of real samples within the reach of a fake one (the same).
    recall: float
    #: How many real samples reach a fake one, over k (Naeem et al. 2020): 1 is ideal, and
    #: unlike precision one outlier with a wide reach does not decide it.
    density: float
    #: Share of real samples that have a fake one within their own reach (the same).
    coverage: float


def neighbourhood(real: np.ndarray, fake: np.ndarray, k: int = K) -> Neighbourhood:
    """Compute precision, recall, density and coverage.

    A sample's reach is the distance to its k-th nearest neighbour in its own set. Precision and
    recall count what is as far as that, density and coverage only what is nearer, as their
    authors have it: so of two identical sets all four are 1. For two sets of one distribution
    and equal size, density is 1 in the mean, and coverage 1 − (½)^k = .969 where k is 5 and N
    is large.

    Args:
        real, fake: Features, N×d and M×d; more than k rows each.

    Raises:
        Refused: as `checked`.
    """
    real, fake = checked(real, fake, at_least=lambda d: k + 1)
    reach_real, reach_fake = (_reach(samples, k) for samples in (real, fake))
    same = _ROUNDING * max((samples**2).sum(1).max() for samples in (real, fake))
    precision, density, coverage = 0, 0, np.zeros(len(real), bool)
    recalled = np.zeros(len(real), bool)
    # In parts, so that the table of distances stays small.
    for part in np.array_split(np.arange(len(fake)), max(1, len(fake) // 500)):
        distance = _squared(fake[part], real)
        precision += (distance <= reach_real + same).any(1).sum()
        nearer = distance < reach_real - same
        density += nearer.sum()
        coverage |= nearer.any(0)
        recalled |= (distance <= reach_fake[part, None] + same).any(0)
    return Neighbourhood(
        precision / len(fake), recalled.mean(), density / (k * len(fake)), coverage.mean()
    )


def _reach(samples: np.ndarray, k: int) -> np.ndarray:
    """The squared distance of each sample to its k-th nearest neighbour."""
    distances, _ = NearestNeighbors(n_neighbors=k).fit(samples).kneighbors()
    return distances[:, -1] ** 2


def _squared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.clip(squared, 0, None)


@dataclass(frozen=True)
class Copying:
    """Measures of how much nearer fake samples are to the training set than new data is."""

    #: Share of pairs, one fake and one held out, in which the fake one is nearer (the area
    #: under the ROC curve): ½ where a generator knows the training set no better than fresh
    #: data does, 1 where it copies, below ½ where its samples are strange to the training set.
    copying: float
    #: Share of fake samples that are nearer than all but one in a hundred held-out ones: .01
    #: is innocent. It sees copies among samples that are otherwise strange, as the area does
    #: not.
    copied: float


def copying(training: np.ndarray, held_out: np.ndarray, fake: np.ndarray) -> Copying:
    """Detect copies by each sample's distance to its nearest training sample.

    Args:
        training, held_out, fake: Features, N×d each, any N.

    Raises:
        Refused: as `checked`.
    """
    training, fake = checked(training, fake)
    training, held_out = checked(training, held_out)
    index = NearestNeighbors(n_neighbors=1).fit(training)
    fresh, ours = (index.kneighbors(samples)[0][:, 0] for samples in (held_out, fake))
    labels = np.r_[np.zeros(len(fresh)), np.ones(len(ours))]
    near = np.quantile(fresh, 0.01, method="lower")
    return Copying(float(roc_auc_score(labels, -np.r_[fresh, ours])), float((ours < near).mean()))
