"""Fréchet distance between Gaussians fitted to two sets of features."""

from __future__ import annotations

import numpy as np

from common.metrics.checks import checked


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Fréchet distance between Gaussians with the means and covariances of two sets.

    ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2 (C₁C₂)^½), the squared 2-Wasserstein distance of Gaussians
    (Dowson and Landau 1982); with Inception's features it is the FID (Heusel et al. 2017).
    It falls as N grows, also for sets of one distribution: compare at equal N only.

    Args:
        real, fake: Features, N×d and M×d; each needs more than d rows, or its covariance
            is singular and the distance says little.

    Returns:
        0 or more, in the features' squared units.

    Raises:
        Refused: too few rows, differing widths, or a value that is not finite.
    """
    real, fake = checked(real, fake, at_least=lambda d: d + 1)
    away = real.mean(0) - fake.mean(0)
    first, second = np.atleast_2d(np.cov(real.T)), np.atleast_2d(np.cov(fake.T))
    # (C₁C₂)^½ has the eigenvalues of (C₁^½ C₂ C₁^½)^½, which is symmetric: no complex
    # numbers and no failing square root of a nearly singular product.
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    shared = np.sqrt(np.clip(np.linalg.eigvalsh(root @ second @ root), 0, None)).sum()
    distance = away @ away + np.trace(first) + np.trace(second) - 2 * shared
    return max(float(distance), 0.0)
