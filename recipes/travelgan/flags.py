"""Command-line flags of TraVeLGAN's evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.evaluation.flags import EvaluateFlags
from data.errors import Refused
from data.homes import missing_part


@dataclass
class Flags(EvaluateFlags):
    """Measure translations between two sets, beside controls; writes evaluation.json."""

    baselines: tuple[Path, ...] = ()
    """Runs of other recipes that translate the same two sets (CycleGAN's), to be measured too by
    the networks that they saved."""

    def check(self) -> None:
        """As `EvaluateFlags.check`."""
        super().check()
        for path in self.baselines:
            check_folder(path)


def check_folder(path: Path) -> None:
    """Refuse a baseline that is no run folder."""
    if not (path / "config.yaml").is_file():
        missing = missing_part(path) or "no config.yaml"
        raise Refused(f"--baselines {path} is not a run folder ({missing})")
