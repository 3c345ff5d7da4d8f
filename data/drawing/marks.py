"""Marks of a brush, many at once: one in each cell of a jittered grid, laid over each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice


class Marks:
    """A grid of marks, each somewhere in its own cell, also a little beyond the picture's edge.

    Two marks whose cells are `reach` or more apart do not touch. So the marks fall into
    reach × reach sets in which none lies over another, and each set is painted at once: every
    pixel looks at the one mark of the set that could reach it.

    Attributes:
        x, y: Middles of the marks, float32 (n, rows, columns).
    """

    def __init__(self, c: Canvas, dice: Dice, cells: int, reach: int, stray: float):
        """Place them.

        Args:
            cells: Cells along a side of the picture.
            reach: How many cells a mark may measure, its straying included.
            stray: How far a mark may lie from its cell's middle, in cells.
        """
        self._canvas, self._cells, self._reach = c, cells, reach
        self.rows = cells + 2 * reach
        middles = ((np.arange(self.rows) - reach + 0.5) * (2 / cells) - 1).astype(np.float32)
        far = np.float32(2 * stray / cells)
        self.x = middles + far * (2 * self.field(dice) - 1)
        self.y = middles[:, None] + far * (2 * self.field(dice) - 1)

    def field(self, dice: Dice) -> np.ndarray:
        """A random number from 0 to 1 for each mark, (n, rows, columns)."""
        return dice.field(self.rows, self.rows)

    def sets(self, values: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
        """The values (n, rows, columns) of the marks that lie at each pixel, set by set.

        Yields:
            One array (n, h, w) for each of the values.
        """
        c, reach = self._canvas, self._reach
        # A fixed order that follows no direction: rows and columns in unlike steps.
        for number in (np.arange(reach**2) * 7 + 3) % reach**2:
            row, column = divmod(int(number), reach)
            rows, columns = self._nearest(c.y[0, :, 0], row), self._nearest(c.x[0, 0], column)
            # Few rows are of this set: the columns of these first, which is the slower part.
            few, which = np.unique(rows, return_inverse=True)
            yield [
                value.take(few, axis=1, mode="clip")
                .take(columns, axis=2, mode="clip")
                .take(which, axis=1, mode="clip")
                for value in values
            ]

    def _nearest(self, axis: np.ndarray, first: int) -> np.ndarray:
        """Of the cells first, first + reach, … the one that lies nearest to each pixel."""
        place = (axis + 1) * np.float32(self._cells / 2) + np.float32(self._reach - 0.5)
        step = np.rint((place - first) / self._reach).astype(np.int32)
        return np.clip(first + step * self._reach, 0, self.rows - 1)
