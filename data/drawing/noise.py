"""Smooth noise: random numbers on a coarse lattice, with a cubic B-spline laid through them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice


@lru_cache(maxsize=64)
def _spline(points: int, cells: int) -> np.ndarray:
    """Weights of cells + 3 lattice values at `points` places spread over `cells` cells."""
    place = (np.arange(points) + 0.5) / points * cells
    cell = np.floor(place).astype(int)
    t = place - cell
    weights = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    )
    matrix = np.zeros((points, cells + 3), np.float32)
    for offset in range(4):
        matrix[np.arange(points), cell + offset] = weights[offset] / 6
    return matrix


def clouds(canvas: Canvas, dice: Dice, rows: int, columns: int, octaves: int = 1) -> np.ndarray:
    """Noise over the canvas, about 0 and mostly within -1 to 1: float32 (n, h, w).

    Args:
        rows, columns: Lattice cells that the first octave has; each further octave has
            twice as many and half the height. Octaves finer than a pixel are left out.
    """
    height, width = canvas.shape
    total, weight = np.zeros_like(canvas.planes[0]), 1.0
    rows_of_it = slice(canvas.first_row, canvas.first_row + total.shape[1])
    columns_of_it = slice(canvas.first_column, canvas.first_column + total.shape[2])
    for _ in range(octaves):
        if min(height / rows, width / columns) < 1:
            # Finer than a pixel: it would average to nothing.
            dice.skip()
            continue
        values = dice.field(rows + 3, columns + 3) * np.float32(4 * weight) - np.float32(2 * weight)
        # The whole picture even for a part of it: a product of another shape would be
        # rounded otherwise, and a picture would depend on its neighbours.
        whole = _spline(height, rows) @ (values @ _spline(width, columns).T)
        total += whole[:, rows_of_it, columns_of_it]
        rows, columns, weight = 2 * rows, 2 * columns, weight / 2
    return total


def profile(canvas: Canvas, dice: Dice, cells: int, octaves: int = 1) -> np.ndarray:
    """Noise along x, about 0 and mostly within -1 to 1: float32 (n, 1, w)."""
    width = canvas.shape[1]
    total, weight = np.float32(0), 1.0
    for _ in range(octaves):
        values = dice.field(1, cells + 3) * np.float32(4 * weight) - np.float32(2 * weight)
        total = total + values @ _spline(width, cells).T
        cells, weight = 2 * cells, weight / 2
    return total


def peaks(canvas: Canvas, dice: Dice, cells: int, octaves: int = 3) -> np.ndarray:
    """A jagged line along x from straight slopes, from 0 to about 1: float32 (n, 1, w)."""
    width = canvas.shape[1]
    place = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / width
    total, weight = np.float32(0), 0.5
    for _ in range(octaves):
        values = dice.field(1, cells + 1)
        at = place * cells
        cell = np.minimum(at.astype(int), cells - 1)
        share = (at - cell)[None, None, :].astype(np.float32)
        line = values[..., cell] * (1 - share) + values[..., cell + 1] * share
        total = total + line * np.float32(weight)
        cells, weight = 2 * cells, weight / 2
    return total
