"""Pictures that a data set holds twice: what was learned must not be what is tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.resize import all_fitted

#: Pictures are compared as brightness on a grid of as many points a side.
GRID = 16
#: The largest difference at any of them, in grey levels of 255, of what counts as one picture.
#: The same picture smaller, or saved as a JPEG again, differs little everywhere; another
#: picture of the same thing differs much somewhere.
ALIKE = 12.0
# Two flat pictures are alike without being one picture.
_FLAT = 4.0
# Pictures whose distances are held in memory at a time.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Duplicate:
    """Two pictures that are one."""

    #: Their places in the first and in the second set.
    first: int
    second: int
    #: The largest difference of their brightness on the grid, in grey levels.
    difference: float


def between(first: np.ndarray, second: np.ndarray) -> list[Duplicate]:
    """For each picture of the second set, the nearest of the first, if it is the same picture.

    Args:
        first, second: uint8 N×H×W×C.
    """
    if not len(first) or not len(second):
        return []
    ours, theirs = _prints(first), _prints(second)
    return [
        Duplicate(int(near), place, float(difference))
        for place, near, difference in _nearest(ours, theirs, apart=None)
    ]


def within(images: np.ndarray) -> list[Duplicate]:
    """Pictures of one set that were there before: pairs (earlier, later)."""
    if len(images) < 2:
        return []
    prints = _prints(images)
    return [
        Duplicate(int(near), place, float(difference))
        for place, near, difference in _nearest(prints, prints, apart=True)
    ]


def _prints(images: np.ndarray) -> np.ndarray:
    """Brightness on a coarse grid, float32 N×GRID²."""
    small = [
        all_fitted(np.asarray(images[i : i + _AT_ONCE]), GRID).mean(axis=-1, dtype=np.float32)
        for i in range(0, len(images), _AT_ONCE)
    ]
    return np.concatenate(small).reshape(len(images), -1)


def _nearest(first: np.ndarray, second: np.ndarray, apart: bool | None):
    """(place in second, its nearest in first, difference) of those that are one picture."""
    # Nearest by the root mean square, which is a matrix product.
    squares = (first**2).sum(1)
    lively = second.std(axis=1) > _FLAT
    for start in range(0, len(second), _AT_ONCE):
        some = second[start : start + _AT_ONCE]
        distances = squares - 2 * some @ first.T + (some**2).sum(1)[:, None]
        if apart:
            # Only what came earlier, and never itself.
            later = np.arange(len(first)) >= np.arange(start, start + len(some))[:, None]
            distances[later] = np.inf
        near = distances.argmin(axis=1)
        for row in np.flatnonzero(np.isfinite(distances[np.arange(len(some)), near])):
            difference = np.abs(some[row] - first[near[row]]).max()
            if difference <= ALIKE and lively[start + row]:
                yield start + row, near[row], difference
