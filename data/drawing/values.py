"""Values that differ from picture to picture, in the shapes that a canvas reckons with."""

from __future__ import annotations

import numpy as np


def pick(table: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Row `index` (n, 1, 1) of a table of colours (k×3), as a colour (3, n, 1, 1)."""
    return np.asarray(table, np.float32)[index[:, 0, 0]].T[:, :, None, None]


def choose(values, index: np.ndarray) -> np.ndarray:
    """values[index], a float32 for every picture: (n, 1, 1)."""
    return np.asarray(values, np.float32)[index]


def flag(mask: np.ndarray) -> np.ndarray:
    """1.0 where the mask holds, else 0.0 (float32: a bool would make its products float64)."""
    return mask.astype(np.float32)


def tone(red: float, green: float, blue: float) -> np.ndarray:
    """One colour for all pictures: (3, 1, 1, 1)."""
    return np.array([red, green, blue], np.float32)[:, None, None, None]


def mix(first: np.ndarray, second: np.ndarray, share) -> np.ndarray:
    """`first` where the share is 0, `second` where it is 1."""
    return first + (second - first) * share


def ramp(value: np.ndarray, low, high) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, and a straight line between."""
    return np.clip((value - low) / (high - low), 0, 1)
