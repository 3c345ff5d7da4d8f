"""Mixtures of Gaussians in the plane, for counting modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.drawing.dice import Dice
from data.samples import SampleSet
from data.worlds.world import scenes


@dataclass(frozen=True)
class Mixture:
    """Mixture of equally likely isotropic Gaussians: endless points with a known density.

    As with a `World`, a point is a function of (seed, split, index) alone.
    """

    name: str
    #: k×2 float64.
    centres: np.ndarray
    #: Standard deviation of each Gaussian along each axis.
    sigma: float

    @property
    def std(self) -> float:
        """Standard deviation of a coordinate, over both and over all modes."""
        return float(np.sqrt(self.centres.var(axis=0).mean() + self.sigma**2))

    @property
    def factors(self) -> dict[str, tuple[str, ...]]:
        """The factor "mode": the number of the Gaussian that a point was drawn from."""
        return {"mode": tuple(f"mode {number}" for number in range(len(self.centres)))}

    def draw(self, indices: np.ndarray, seed: int = 0, split: str = "train") -> SampleSet:
        """Draw the points `indices` of a split: float32 N×2, and the int32 factor "mode"."""
        dice = Dice(seed, scenes(indices, split))
        mode = dice.integer(0, len(self.centres) - 1)[:, 0, 0]
        away = np.stack([dice.normal()[:, 0, 0] for _ in range(2)], axis=1)
        points = self.centres[mode] + self.sigma * away
        return SampleSet(points.astype(np.float32), {"mode": mode})

    def density(self, points: np.ndarray) -> np.ndarray:
        """The probability density at points N×2: float64 N."""
        away = points[:, None, :].astype(np.float64) - self.centres
        exponent = -0.5 * (away**2).sum(-1) / self.sigma**2
        return np.exp(exponent).mean(1) / (2 * np.pi * self.sigma**2)
