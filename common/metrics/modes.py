"""Counts of the modes that samples reach, and the fit of points to a mixture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr

from data.errors import Refused
from data.worlds.mixture import Mixture


@dataclass(frozen=True)
class Modes:
    """Number of modes reached, and the divergence of their shares."""

    reached: int
    #: Kullback-Leibler divergence of the samples' modes from equally likely ones, in nats.
    divergence: float


def count_modes(modes: np.ndarray, total: int, at_least: int = 1) -> Modes:
    """Count the modes of samples, and how unevenly they fall on them.

    Args:
        modes: The mode of each sample, whole numbers from 0 to total − 1.
        at_least: Samples that a mode needs to count as reached.

    Raises:
        Refused: no samples, or a number that is no mode.
    """
    modes = np.asarray(modes)
    if not modes.size or modes.min() < 0 or modes.max() >= total:
        raise Refused(f"modes must be numbers from 0 to {total - 1}, at least one of them")
    counts = np.bincount(modes, minlength=total)
    share = counts / counts.sum()
    divergence = rel_entr(share, np.full(total, 1 / total)).sum()
    return Modes(int((counts >= at_least).sum()), float(divergence))


@dataclass(frozen=True)
class MixtureFit:
    """How well points match a mixture of Gaussians."""

    #: Modes with at least a fifth of their share in points of high quality.
    reached: int
    modes: int
    #: Share of points within three standard deviations of a centre.
    high_quality: float
    #: Standard deviation of high-quality points within their modes, over the true one cut
    #: off at three standard deviations.
    std_ratio: float


def fit_of_mixture(points: np.ndarray, mixture: Mixture) -> MixtureFit:
    """Compare points N×2 with the mixture that they should come from.

    A perfect sampler has a high quality of 1 − exp(−4.5) = .989 and a ratio of 1; a
    memoriser of the centres has a high quality of 1 and a ratio of 0.

    Raises:
        Refused: no points in the plane, or one that is not finite.
    """
    points = np.asarray(points, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise Refused(f"points have the shape {points.shape}; legal is N×2")
    if not np.isfinite(points).all():
        raise Refused("some points are not finite")
    away = points[:, None] - mixture.centres
    distance = np.linalg.norm(away, axis=-1)
    mode = distance.argmin(1)
    near = distance.min(1) < 3 * mixture.sigma
    counts = np.bincount(mode[near], minlength=len(mixture.centres))
    fair = len(points) / len(mixture.centres)
    # Within the mode, about its own mean: a mode that lies a little beside its centre shows in
    # the high quality, not in the ratio.
    squares = [
        ((points[near & (mode == k)] - points[near & (mode == k)].mean(0)) ** 2).sum(0)
        for k in np.flatnonzero(counts > 1)
    ]
    freedom = 2 * np.maximum(counts - 1, 0).sum()
    std = np.sqrt(np.sum(squares) / freedom) if freedom else 0.0
    # The variance of a Gaussian cut off at radius 3σ: σ²(1 − 4.5 e^−4.5 / (1 − e^−4.5)).
    cut = np.sqrt(1 - 4.5 * np.exp(-4.5) / (1 - np.exp(-4.5)))
    return MixtureFit(
        int((counts >= 0.2 * fair).sum()),
        len(counts),
        float(near.mean()),
        float(std / (cut * mixture.sigma)),
    )
