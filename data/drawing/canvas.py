"""A small vectorised renderer: many flat pictures at once, from shapes with soft edges.

A canvas holds n pictures as planes, float32 of shape (c, n, h, w), values in [0, 1].
A scene is painted back to front: each shape is a coverage, the share of every pixel that
it covers, and a colour. Coverage comes from a signed distance (negative inside, in picture
units): a pixel is half covered where the distance is 0, and fully half a pixel further in.
That is the antialiasing.

Picture units: x grows to the right and y upwards; y runs from -1 to 1, and so does x on a
square canvas. Every argument may differ from picture to picture; such arguments have shape
(n, 1, 1).
"""

from __future__ import annotations

import copy

import numpy as np


class Canvas:
    """n pictures of height×width pixels (square: one number), to be painted back to front."""

    def __init__(self, count: int, height: int, width: int | None = None, channels: int = 3):
        width = width or height
        self.pixel = np.float32(2.0 / height)
        self.x = self._centres(width)[None, None, :]
        self.y = self._centres(height)[::-1].copy()[None, :, None]
        self.first_row, self.first_column = 0, 0
        self._height, self._width = height, width
        self.planes = np.zeros((channels, count, height, width), np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a whole picture."""
        return self._height, self._width

    def band(self, low: np.ndarray, high: np.ndarray) -> Canvas:
        """The same canvas, but only the rows that lie between two heights in any picture.

        What is painted on a band is painted on the canvas. Noise on a band is that of the
        whole canvas, so nothing depends on how many rows other pictures need.
        """
        y, edge = self.y[0, :, 0], self.pixel
        rows = np.flatnonzero((y > low.min() - edge) & (y < high.max() + edge))
        first, last = (rows[0], rows[-1] + 1) if rows.size else (0, 1)
        part = copy.copy(self)
        part._cut(slice(first, last))
        return part

    def window(self, low, high, left, right) -> Canvas:
        """As `band`, but only the columns between `left` and `right`, too."""
        part = self.band(np.asarray(low), np.asarray(high))
        x, edge = self.x[0, 0], self.pixel
        found = np.flatnonzero((x > np.min(left) - edge) & (x < np.max(right) + edge))
        first, last = (found[0], found[-1] + 1) if found.size else (0, 1)
        part.first_column += first
        part.x = part.x[:, :, first:last]
        part.planes = part.planes[..., first:last]
        return part

    def _cut(self, rows: slice) -> None:
        self.first_row += rows.start
        self.y = self.y[:, rows]
        self.planes = self.planes[:, :, rows]

    def _centres(self, count: int) -> np.ndarray:
        step = float(self.pixel)
        return (step * (np.arange(count) + 0.5 - count / 2)).astype(np.float32)

    def paint(self, coverage: np.ndarray, colour: np.ndarray) -> None:
        """Lay a colour (3, n, 1, 1), or one a pixel (3, n, h or 1, w), over the canvas."""
        # Most shapes touch few rows of any picture: leave the others alone.
        touched = np.flatnonzero(coverage.max(axis=0).max(axis=1))
        if not touched.size:
            return
        rows = slice(touched[0], touched[-1] + 1)
        coverage = coverage[:, rows]
        left = 1 - coverage
        for plane, tone in zip(self.planes, colour, strict=True):
            # So a coverage of 1 leaves exactly nothing of what was there before.
            plane = plane[:, rows]
            plane *= left
            plane += (tone[:, rows] if tone.shape[1] > 1 else tone) * coverage

    def darken(self, coverage: np.ndarray, amount) -> None:
        """Take `amount` (0 to 1) of the light away where the coverage is 1."""
        shade = coverage * -amount
        shade += 1
        self.planes *= shade

    def soft(self, distance: np.ndarray) -> np.ndarray:
        """Coverage of a signed distance."""
        coverage = distance * (-1 / self.pixel)
        coverage += np.float32(0.5)
        return np.clip(coverage, 0, 1, out=coverage)

    def between(self, axis: np.ndarray, low, high) -> np.ndarray:
        """Coverage of the strip low..high of one axis: the exact share of each pixel in it."""
        top = np.minimum(axis + self.pixel / 2, high)
        bottom = np.maximum(axis - self.pixel / 2, low)
        return np.clip((top - bottom) / self.pixel, 0, 1)

    def stripes(self, axis: np.ndarray, start, period, width) -> np.ndarray:
        """Coverage of bars `width` wide, repeated every `period`, the first centred on start.

        The exact share of each pixel, so bars too fine to be seen fade to their mean.
        """
        share = width / period
        middle = (axis - start) / period + share / 2
        half = self.pixel / (2 * period)

        def area(end):
            whole = np.floor(end)
            return whole * share + np.minimum(end - whole, share)

        return (area(middle + half) - area(middle - half)) / (2 * half)

    def box(self, x, left, right, bottom, top) -> np.ndarray:
        """Coverage of an upright box. `x` is the canvas' x or a shifted or mirrored one."""
        return self.between(x, left, right) * self.between(self.y, bottom, top)

    def trapezoid(self, x, bottom, top, half_bottom, half_top) -> np.ndarray:
        """Coverage of a symmetric trapezoid about x = 0 (a triangle where half_top is 0)."""
        slope = (half_bottom - half_top) / (top - bottom)
        steep = 1 / np.sqrt(1 + slope**2)
        across = np.abs(x) * steep - half_bottom * steep
        up = (slope * steep) * (self.y - bottom)
        strip = self.between(self.y, bottom, top)
        return self._in_rows(
            strip > 0, lambda rows: self.soft(across + up[:, rows]) * strip[:, rows]
        )

    def ellipse(self, x, y, radius_x, radius_y) -> np.ndarray:
        """Coverage of an ellipse about (0, 0) of the given coordinates (n, 1, w) and (n, h, 1)."""
        radius = np.minimum(radius_x, radius_y).astype(np.float32)
        across, up = (x / radius_x) ** 2, (y / radius_y) ** 2
        reached = np.abs(y) <= radius_y + self.pixel
        return self._in_rows(
            reached, lambda rows: self.soft((np.sqrt(across + up[:, rows]) - 1) * radius)
        )

    def _in_rows(self, reached: np.ndarray, coverage) -> np.ndarray:
        """Compute coverage(rows) for the rows that any picture reaches; 0 elsewhere."""
        whole = np.zeros(self.planes.shape[1:], np.float32)
        touched = np.flatnonzero(reached.any(axis=(0, 2)))
        if touched.size:
            rows = slice(touched[0], touched[-1] + 1)
            whole[:, rows] = coverage(rows)
        return whole

    def below(self, height: np.ndarray) -> np.ndarray:
        """Coverage of what lies below a height that may change along x."""
        return self.soft(self.y - height)

    def finish(self) -> np.ndarray:
        """The pictures, uint8 n×h×w×c."""
        planes = np.clip(self.planes, 0, 1, out=self.planes)
        planes *= 255
        planes += np.float32(0.5)
        return np.ascontiguousarray(planes.astype(np.uint8).transpose(1, 2, 3, 0))
