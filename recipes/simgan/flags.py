"""Command-line flags of SimGAN's evaluate."""

from __future__ import annotations

from dataclasses import dataclass

from common.evaluation.flags import EvaluateFlags
from data.errors import Refused


@dataclass
class Flags(EvaluateFlags):
    """Measure what a refiner's pictures are worth as a training set, beside controls."""

    labels: tuple[str, ...] = ()
    """The labels, factors of both sets; none: pitch and yaw, gaze, or label, if they are there."""
    labelled: str | None = None
    """Real pictures with labels in a file or folder, used only to test readers on; None: the real
    set's own labels."""
    readers: int = 3
    """Seeds of the readers that are trained for each column; the spread is over them."""

    def check(self) -> None:
        """As `EvaluateFlags.check`."""
        super().check()
        if not 1 <= self.readers <= 20:
            raise Refused(f"--readers {self.readers}: legal is 1 to 20")
