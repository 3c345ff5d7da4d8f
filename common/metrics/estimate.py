"""Values with confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """Value with its 95 % confidence interval."""

    value: float
    low: float
    high: float
