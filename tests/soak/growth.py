"""Tests of growth on what was seen of a process, so that a busy machine fails none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import theilslopes

#: What memory may grow by in an hour: a share of what it is, and in any case so many bytes.
MOST_SHARE, ALWAYS_ALLOWED = 0.01, 4e6
#: How much slower the last quarter may be than the first.
MOST_SLOWER = 0.3


@dataclass(frozen=True)
class Look:
    """What a process is like at one time."""

    #: Since it was first looked at.
    seconds: float
    #: Bytes that are its own, without files that it has mapped.
    memory: float
    descriptors: int
    threads: int
    #: The training step that was logged last.
    step: int
    #: Seconds that all its threads have computed for.
    computed: float


@dataclass(frozen=True)
class Growth:
    """What grew, and what of that is too much."""

    #: Bytes at half time, and by how many they grew in an hour after it.
    memory: float
    an_hour: float
    #: The median of the second quarter, and the least of the last one.
    descriptors: tuple[int, int]
    threads: tuple[int, int]
    #: Speed in the last quarter against that in the first: in steps a second that was computed
    #: for, which others on the machine hardly change, and in steps a second.
    speed: float
    speed_on_the_clock: float

    @property
    def faults(self) -> list[str]:
        """What is too much, in words; none where all is well."""
        told = []
        if self.an_hour > max(MOST_SHARE * self.memory, ALWAYS_ALLOWED):
            told.append(f"memory grows by {self.an_hour / 1e6:.1f} MB an hour")
        for what in ("descriptors", "threads"):
            then, now = getattr(self, what)
            if now > then:
                told.append(f"{what} grew from {then} to {now}")
        if self.speed < 1 - MOST_SLOWER:
            told.append(f"the speed fell to {self.speed:.0%}")
        return told


def growth(looks: Sequence[Look]) -> Growth:
    """Measure growth after a warm-up: allocators and pools of threads have grown by half time.

    Memory is a robust slope over the second half (Theil–Sen: the median of the slopes of all
    pairs), which single peaks, as while something is saved, do not change. A count has grown
    where its least in the last quarter is above its median in the second one.

    Args:
        looks: At least eight, at about even distances.
    """
    count = len(looks)
    quarters = [looks[count * part // 4 : count * (part + 1) // 4] for part in range(4)]
    late = looks[count // 2 :]
    slope = theilslopes([each.memory for each in late], [each.seconds for each in late]).slope
    counts = {}
    for what in ("descriptors", "threads"):
        then = round(np.median([getattr(each, what) for each in quarters[1]]))
        counts[what] = then, min(getattr(each, what) for each in quarters[3])
    (first, first_clock), (last, last_clock) = _speeds(quarters[0]), _speeds(quarters[3])
    return Growth(
        memory=float(np.median([each.memory for each in late])),
        an_hour=float(slope * 3600),
        speed=last / first,
        speed_on_the_clock=last_clock / first_clock,
        **counts,
    )


def _speeds(looks: Sequence[Look]) -> tuple[float, float]:
    """Steps a second that was computed for, and steps a second."""
    one, other = looks[0], looks[-1]
    steps = other.step - one.step
    return steps / (other.computed - one.computed), steps / (other.seconds - one.seconds)
