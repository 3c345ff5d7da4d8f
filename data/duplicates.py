"""Detection of duplicate pictures, within a split and between splits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.resize import all_fitted
from data.samples import SampleSet

#: Pictures are compared as brightness on a grid of as many points a side.
GRID = 16
#: The largest difference at any of them, in grey levels of 255, of what counts as one picture.
#: The same picture smaller, or saved as a JPEG again, differs little everywhere; another
#: picture of the same thing differs much somewhere.
ALIKE = 12.0
# Two flat pictures are alike without being one picture.
_FLAT = 4.0
# Pictures that are looked at at a time, and distances that are held in memory.
_AT_ONCE, _DISTANCES = 1000, 20_000_000


@dataclass(frozen=True)
class Duplicate:
    """Two pictures that show the same."""

    #: Their indices in the first and in the second set.
    first: int
    second: int
    #: The largest difference of their brightness on the grid, in grey levels.
    difference: float


def between(first: SampleSet, second: SampleSet) -> list[Duplicate]:
    """Find pictures of the second set that are also in the first.

    Pairs are the same only if their inputs are, too.
    """
    if not len(first) or not len(second):
        return []
    ours, theirs = _prints(first), _prints(second)
    return [
        Duplicate(int(near), int(place), float(difference))
        for place, near, difference in _nearest(ours, theirs, apart=False)
    ]


def within(pictures: SampleSet) -> list[Duplicate]:
    """Find pictures that occur again in the same set, as (earlier, later)."""
    if len(pictures) < 2:
        return []
    prints = _prints(pictures)
    return [
        Duplicate(int(near), int(place), float(difference))
        for place, near, difference in _nearest(prints, prints, apart=True)
    ]


def _prints(pictures: SampleSet) -> np.ndarray:
    """Brightness on a coarse grid: float32 N×GRID², with inputs N×2·GRID²."""
    # Inputs that are made of the pictures would tell nothing more.
    halves = [pictures.samples, *([] if pictures.inputs is None else [pictures.inputs])]
    small = [
        np.concatenate(
            [
                all_fitted(np.asarray(half[i : i + _AT_ONCE]), GRID)
                .mean(axis=-1, dtype=np.float32)
                .reshape(-1, GRID**2)
                for i in range(0, len(half), _AT_ONCE)
            ]
        )
        for half in halves
    ]
    return np.concatenate(small, axis=1)


def _nearest(first: np.ndarray, second: np.ndarray, apart: bool):
    """Yield (index in second, nearest in first, difference) of each duplicate."""
    # Nearest by the root mean square, which is a matrix product.
    squares = (first**2).sum(1)
    lively = second.std(axis=1) > _FLAT
    at_once = max(1, min(_AT_ONCE, _DISTANCES // len(first)))
    for start in range(0, len(second), at_once):
        some = second[start : start + at_once]
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
