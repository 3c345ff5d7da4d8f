"""Planes of pictures blurred, averaged over cells and looked up, as a manner of painting needs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=32)
def _gaussian(size: int, width: float) -> np.ndarray:
    """Weights of a Gaussian of standard deviation `width` (2: the whole side), size×size."""
    place = (np.arange(size) + 0.5) * (2 / size)
    weights = np.exp(-0.5 * ((place[:, None] - place) / width) ** 2)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=32)
def _shares(size: int, cells: int) -> np.ndarray:
    """The share of each pixel in the mean over each of some cells, cells×size."""
    low = np.arange(size) / size * cells
    cell = np.arange(cells)[:, None]
    covered = np.minimum(low + cells / size, cell + 1) - np.maximum(low, cell)
    weights = np.clip(covered, 0, None)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def blurred(planes: np.ndarray, width: float) -> np.ndarray:
    """Square planes (…, size, size) under a Gaussian; 2 is the side of a picture."""
    weights = _gaussian(planes.shape[-1], width)
    return weights @ (planes @ weights.T)


def cell_means(planes: np.ndarray, cells: int) -> np.ndarray:
    """Means of square planes over cells×cells equal cells, of whatever size the planes are."""
    weights = _shares(planes.shape[-1], cells)
    return weights @ (planes @ weights.T)


def at_places(planes: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Values of planes (c, n, h, w) at places of the pictures, bilinear: (c, *x.shape).

    Args:
        x, y: Picture units, (n, …); beyond a picture, its edge counts.
    """
    height, width = planes.shape[-2:]
    column, right = _cell(x * np.float32(width / 2) + np.float32(width / 2 - 0.5), width)
    row, down = _cell(np.float32(height / 2 - 0.5) - y * np.float32(height / 2), height)
    shape = (len(x), *(1,) * (x.ndim - 1))
    start = np.arange(len(x), dtype=np.int32).reshape(shape) * (height * width)
    start = start + row * width + column
    found = []
    for plane in planes:
        flat = plane.reshape(-1)
        high = flat.take(start)
        high += (flat.take(start + 1) - high) * right
        low = flat.take(start + width)
        low += (flat.take(start + width + 1) - low) * right
        found.append(high + (low - high) * down)
    return np.stack(found)


def _cell(place: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    place = np.clip(place, 0, np.float32(count - 1.001))
    whole = place.astype(np.int32)
    return whole, place - whole.astype(np.float32)


def brightness(planes: np.ndarray) -> np.ndarray:
    """Luma (ITU-R BT.601) of RGB planes: (3, …) to (…)."""
    red, green, blue = planes
    return np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue


def slopes(plane: np.ndarray, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of planes (n, h, w) to the right and upwards, per picture unit."""
    across = np.gradient(plane, pixel, axis=2)
    up = np.gradient(plane, -pixel, axis=1)
    return across.astype(np.float32, copy=False), up.astype(np.float32, copy=False)
