"""Command-line flags of TraVeLGAN's evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.evaluation.flags import EvaluateFlags


@dataclass
class Flags(EvaluateFlags):
    """Measure translations between two sets, beside controls; writes evaluation.json."""

    baselines: tuple[Path, ...] = ()
    """Runs of other recipes that translate the same two sets (CycleGAN's), to be measured too by
    the networks that they saved."""
