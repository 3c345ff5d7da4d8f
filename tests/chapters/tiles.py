"""The pictures that lie on a run's sheet, cut out again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.pages import sheets


def tiles(sheet: Path, shown: int) -> list[np.ndarray]:
    """The pictures of a sheet, of so many pixels on it, in their order."""
    return [tile for row in sheets.tiles_of(sheet, shown) for tile in row]


def translations(sheet: Path, side: int, columns: int) -> list[list[np.ndarray]]:
    """The rows of a translator's sheet: what belongs to each input, `columns` pictures."""
    flat = tiles(sheet, side)
    return [flat[i : i + columns] for i in range(0, len(flat) - columns + 1, columns)]


def two_across(rows: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """Every two rows as one, beside each other."""
    return [[*first, *second] for first, second in zip(rows[::2], rows[1::2], strict=True)]
