"""Values with confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """Value with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def mean_of(values: Sequence[float]) -> Estimate:
    """Mean of values, with Student's 95 % interval for the mean that they were drawn around.

    Args:
        values: Independent measurements, at least one; of a single one, the interval is itself.

    Returns:
        The mean and its interval, in the values' units.
    """
    from scipy import stats  # takes half a second, and --help should not

    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, mean, mean)
    reach = float(stats.sem(values) * stats.t.ppf(0.975, len(values) - 1))
    return Estimate(mean, mean - reach, mean + reach)
