"""The peak of a process's memory, as Linux tells it."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

#: Whether the system tells the peak, and forgets it when asked to.
HAS_PEAKS = Path("/proc/self/clear_refs").exists()


class Peak:
    """Watch over this process's memory: call it for the peak since it began.

    That is in MiB, above what the process took then; NaN on other systems than Linux.
    """

    def __init__(self):
        self._before = _status("VmRSS")
        # Forget the peak of what was imported.
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def __call__(self) -> float:
        return (_status("VmHWM") - self._before) / 1024


def _status(name: str) -> float:
    """A line of /proc/self/status, in KiB."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return math.nan
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
