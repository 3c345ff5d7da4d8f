"""Sheet of samples beside the training pictures nearest to them, to see copies without a net."""

from __future__ import annotations

import numpy as np
from PIL import Image

from data.resize import all_fitted
from data.sheet import side_by_side

#: Pixels a side at which pictures are compared: shifts and grain count for little.
GRID = 16
_SAMPLES, _NEIGHBOURS = 8, 5
_AT_ONCE = 1000


def nearest(samples: np.ndarray, training: np.ndarray, count: int = _NEIGHBOURS) -> np.ndarray:
    """Find the training pictures nearest to samples, by the mean square difference of pixels.

    Args:
        samples, training: uint8 N×H×W×C and M×H×W×C; compared at 16×16 pixels.
        count: How many for each sample; all, where there are fewer.

    Returns:
        Indices N×count, the nearest first.
    """
    ours = _coarse(samples)
    distances = [
        ((ours[:, None] - _coarse(training[start : start + _AT_ONCE])) ** 2).mean(-1)
        for start in range(0, len(training), _AT_ONCE)
    ]
    return np.argsort(np.concatenate(distances, axis=1), axis=1, kind="stable")[:, :count]


def sheet(samples: np.ndarray, training: np.ndarray) -> Image.Image:
    """Draw the first 8 samples, each to the left of its 5 nearest training pictures."""
    shown = samples[:_SAMPLES]
    columns = nearest(shown, training).T
    return side_by_side(shown, *(training[places] for places in columns), across=1)


def _coarse(pictures: np.ndarray) -> np.ndarray:
    small = all_fitted(np.asarray(pictures), (GRID, GRID))
    return small.reshape(len(small), -1).astype(np.float32)
