"""What a process is like, looked at from outside."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.soak.growth import Look

# Enough for the last row of a log.
_TAIL = 4096


class Watch:
    """A process, and how far its training has come.

    Args:
        process: Its number; the watch begins now.
        step: Tells the training's step.
    """

    def __init__(self, process: int, step: Callable[[], int]):
        self._process, self._step = psutil.Process(process), step
        self._began = time.monotonic()

    def look(self) -> Look:
        """Look at it once.

        Raises:
            psutil.NoSuchProcess: it has ended.
        """
        with self._process.oneshot():
            memory, times = self._process.memory_info(), self._process.cpu_times()
            return Look(
                seconds=time.monotonic() - self._began,
                # Pages of files that are mapped come and go as the system likes.
                memory=memory.rss - getattr(memory, "shared", 0),
                descriptors=self._process.num_fds(),
                threads=self._process.num_threads(),
                step=self._step(),
                computed=times.user + times.system,
            )


def logged_step(log: Path) -> int | None:
    """The step of the last whole row of a metrics.csv; None where there is none yet."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            rows = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return None
    word = rows[-1].partition(b",")[0] if rows else b""
    return int(word) if word.lstrip(b"-").isdigit() else None
