"""Planes of pictures blurred, averaged over cells and looked up, as a manner of painting needs."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

# Wider blurs than this are made of so many samples along a side: more would not be seen.
_WIDE, _CELLS = 0.08, 32
_FIRST = 0.05


def blurred(planes: np.ndarray, width: float) -> np.ndarray:
    """Square planes (…, size, size) under a Gaussian; 2 is the side of a picture."""
    if width <= _WIDE:
        deviation = width * planes.shape[-1] / 2
        return gaussian_filter(planes, deviation, mode="nearest", truncate=3, axes=(-2, -1))
    coarse = gaussian_filter(
        sampled(planes, _CELLS),
        np.sqrt(width**2 - _FIRST**2) * _CELLS / 2,
        mode="nearest",
        axes=(-2, -1),
    )
    return _at_middles(coarse, planes.shape[-1])


def sampled(planes: np.ndarray, cells: int) -> np.ndarray:
    """Square planes, a little blurred, at the middles of cells×cells equal cells."""
    return _at_middles(blurred(planes, _FIRST), cells)


def enlarged(planes: np.ndarray, times: int) -> np.ndarray:
    """Square planes with so many times the pixels along each side, bilinear."""
    return _at_middles(planes, times * planes.shape[-1])


def _at_middles(planes: np.ndarray, cells: int) -> np.ndarray:
    """Values of planes (n, h, w) or (c, n, h, w) at the middles of cells×cells equal cells."""
    middles = ((np.arange(cells) + 0.5) * (2 / cells) - 1).astype(np.float32)
    stacked = planes.reshape(-1, *planes.shape[-3:])
    shape = (stacked.shape[1], cells, cells)
    x, y = np.broadcast_to(middles, shape), np.broadcast_to(middles[::-1, None], shape)
    return at_places(stacked, x, y).reshape(*planes.shape[:-2], cells, cells)


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
