"""Shapes that are kept as tables of signed distances, and looked up wherever they are placed."""

from __future__ import annotations

import numpy as np


def look_up(tables: np.ndarray, index: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distances at places of the picture, bilinear between a table's values.

    Args:
        tables: float32 (…, cells, cells); the values lie at the centres of cells that
            share out [-1, 1]², rows running upwards.
        index: Which table for each picture, counted through the leading axes: (n,).
        x, y: Coordinates in the tables' units, (n, h, w); outside of [-1, 1] a table's
            edge counts.
    """
    cells = tables.shape[-1]

    def cell(axis):
        place = (axis + 1) * np.float32(cells / 2) - np.float32(0.5)
        place = np.clip(place, 0, np.float32(cells - 1.001))
        whole = place.astype(np.int32)
        return whole, place - whole.astype(np.float32)

    column, right = cell(x)
    row, up = cell(y)
    start = index.astype(np.int32)[:, None, None] * cells**2 + row * cells + column
    flat = tables.ravel()
    low = flat[start]
    low += (flat[start + 1] - low) * right
    start += cells
    high = flat[start]
    high += (flat[start + 1] - high) * right
    return low + (high - low) * up
