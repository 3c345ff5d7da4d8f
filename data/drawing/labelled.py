"""A canvas that also keeps what was painted where, and how much light falls on it."""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas


class LabelledCanvas(Canvas):
    """A canvas with a label a pixel, and with shadows that are gathered as it is painted."""

    def __init__(self, count: int, height: int, width: int | None = None):
        super().__init__(count, height, width)
        #: What covers at least half of a pixel, last painted: uint8 (n, h, w).
        self.labels = np.zeros(self.planes.shape[1:], np.uint8)
        #: The share of the sunlight that arrives: float32 (n, h, w).
        self.lit = np.ones(self.planes.shape[1:], np.float32)

    def _cut(self, rows: slice) -> None:
        super()._cut(rows)
        self.labels, self.lit = self.labels[:, rows], self.lit[:, rows]

    def mark(self, coverage: np.ndarray, label: int) -> None:
        """Give `label` to the pixels that are at least half covered."""
        np.copyto(self.labels, np.uint8(label), where=coverage >= 0.5)

    def lay(self, coverage: np.ndarray, colour: np.ndarray, label: int) -> None:
        """Paint, and mark what was painted."""
        self.paint(coverage, colour)
        self.mark(coverage, label)

    def shade(self, shadow: np.ndarray) -> None:
        """Take away the light where a shadow falls (0: none, 1: all); shadows do not add up."""
        np.minimum(self.lit, 1 - shadow, out=self.lit)
