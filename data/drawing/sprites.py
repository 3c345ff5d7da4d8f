"""Looked-up solids in many pictures at once, each only where it is: lists of pixels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.distances import REACH, SURFACE, Views

#: How much of each colour a shadow takes: it is a little blue.
SHADE = (1.0, 0.96, 0.88)


class Pixels:
    """The pixels of one box in each of some pictures, one after the other.

    Attributes:
        where: Each pixel's place in a flat plane of the canvas, (pixels,).
        box: Which of the boxes it is in, (pixels,).
        x, y: Its middle in picture units, float32 (pixels,).
    """

    def __init__(self, c: Canvas, picture: np.ndarray, left, right, low, high):
        """Find them; all arguments but the canvas are (boxes,)."""
        (height, width), pixel = c.shape, c.pixel

        def clipped(edge, most):
            return np.clip(edge, 0, most).astype(np.int32)

        first_column = clipped(np.floor(left / pixel + width / 2), width)
        columns = clipped(np.ceil(right / pixel + width / 2), width) - first_column
        first_row = clipped(np.floor(height / 2 - high / pixel), height)
        rows = clipped(np.ceil(height / 2 - low / pixel), height) - first_row
        count = np.maximum(columns, 0) * np.maximum(rows, 0)
        self.box = np.repeat(np.arange(len(count), dtype=np.int32), count)
        start = np.cumsum(count) - count
        place = np.arange(len(self.box), dtype=np.int32) - start.astype(np.int32)[self.box]
        down = place // np.maximum(columns, 1)[self.box]
        row = first_row[self.box] + down
        column = first_column[self.box] + place - down * columns[self.box]
        self.where = (picture.astype(np.int32) * height)[self.box]
        self.where += row
        self.where *= width
        self.where += column
        self.x, self.y = c.x[0, 0][column], c.y[0, :, 0][row]

    def only(self, chosen: np.ndarray) -> Pixels:
        """Some of them."""
        part = object.__new__(Pixels)
        for name in ("where", "box", "x", "y"):
            setattr(part, name, getattr(self, name)[chosen])
        return part


def paint(c: Canvas, where: np.ndarray, coverage: np.ndarray, colour) -> None:
    """Lay colours (3, pixels) over some pixels of a whole canvas, each of which is there once."""
    left = 1 - coverage
    for plane, tone in zip(c.planes, colour, strict=True):
        flat = plane.reshape(-1)
        flat[where] = flat[where] * left + tone * coverage


def darken(c: Canvas, where: np.ndarray, share: np.ndarray) -> None:
    """Lay a shadow on some pixels of a whole canvas: it takes a share of the light away."""
    for plane, amount in zip(c.planes, SHADE, strict=True):
        flat = plane.reshape(-1)
        flat[where] *= 1 - share * np.float32(amount)


def placed(picture, index, x, y, radius, angle, wide=1.0, tall=1.0) -> SimpleNamespace:
    """Sprites: which view, where, how large, turned against the clock and stretched: (sprites,)."""
    s = SimpleNamespace(picture=picture, index=index, x=x, y=y, radius=radius)
    s.cos, s.sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    s.wide, s.tall = (radius * np.asarray(each, np.float32) for each in (wide, tall))
    s.narrow = np.minimum(s.wide, s.tall)
    return s


def outline(views: Views, s: SimpleNamespace, box: np.ndarray, dx, dy) -> tuple:
    """Distances to the outlines in picture units, and places in the tables, of some pixels.

    Args:
        s: Sprites of `placed`.
        box: Which sprite a pixel belongs to.
        dx, dy: Its place from the sprite's middle, in picture units.
    """
    cos, sin, wide, tall, narrow = np.stack([s.cos, s.sin, s.wide, s.tall, s.narrow])[:, box]
    cells = views.outline.shape[-1]
    scale = np.float32(cells / 2) / REACH

    def cell(axis):
        axis *= scale
        axis += np.float32(cells / 2 - 0.5)
        np.clip(axis, 0, np.float32(cells - 1.001), out=axis)
        whole = axis.astype(np.int32)
        axis -= whole
        return whole, axis

    column, right = cell((cos * dx + sin * dy) / wide)
    row, up = cell((cos * dy - sin * dx) / tall)
    start = s.index.astype(np.int32)[box]
    start *= cells
    start += row
    start *= cells
    start += column
    place = (start, right, up, cells)
    return _between(views.outline.reshape(-1), place) * narrow, place


def _between(table: np.ndarray, place) -> np.ndarray:
    """Bilinear values of a table of numbers, or of rows of numbers."""
    start, right, up, cells = place
    if table.ndim > 1:
        right, up = right[:, None], up[:, None]
    low = table.take(start, axis=0)
    low += (table.take(start + 1, axis=0) - low) * right
    high = table.take(start + cells, axis=0)
    high += (table.take(start + (cells + 1), axis=0) - high) * right
    high -= low
    high *= up
    low += high
    return low


class Sprites(SimpleNamespace):
    """The pixels that sprites cover, and the surface that is seen there.

    Attributes:
        pixels: The `Pixels`.
        coverage: The share of each that is covered.
        right, up, out: The normal in the picture's frame; `out` is to the eye.
        u, v, stalk, open, near: As `distances.SURFACE`.
    """

    def __init__(self, c: Canvas, views: Views, s: SimpleNamespace):
        """Look up the sprites `s` of `placed`, no two of which are in one picture."""
        reach = views.extent[s.index] * np.maximum(s.wide, s.tall) + c.pixel
        pixels = Pixels(c, s.picture, s.x - reach, s.x + reach, s.y - reach, s.y + reach)
        dx, dy = pixels.x - s.x[pixels.box], pixels.y - s.y[pixels.box]
        away, place = outline(views, s, pixels.box, dx, dy)
        away *= -1 / c.pixel
        away += np.float32(0.5)
        seen = np.flatnonzero(away > 0)
        coverage = np.minimum(away[seen], 1)
        pixels = pixels.only(seen)
        *place, cells = place
        found = _between(views.surface, (*(p[seen] for p in place), cells)).T
        known = dict(zip(SURFACE, np.ascontiguousarray(found), strict=True))
        cos, sin = s.cos[pixels.box], s.sin[pixels.box]
        right, up = known["right"], known["up"]
        known["right"], known["up"] = cos * right - sin * up, sin * right + cos * up
        known["out"] = np.sqrt(np.maximum(1 - right * right - up * up, np.float32(0.002)))
        super().__init__(pixels=pixels, coverage=coverage, **known)
