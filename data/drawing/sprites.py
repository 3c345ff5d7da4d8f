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

    def __init__(self, c: Canvas, picture, left, right, low, high, oval: bool = False):
        """Find them; all arguments but the canvas are (boxes,).

        Args:
            oval: Leave out the corners, beyond the ellipse that touches a box's sides.
        """
        (height, width), pixel = c.shape, c.pixel

        def clipped(edge, most):
            return np.clip(edge, 0, most).astype(np.int32)

        first_row = clipped(np.floor(height / 2 - high / pixel), height)
        rows = clipped(np.ceil(height / 2 - low / pixel), height) - first_row
        # First the lines of all boxes, then the pixels of all lines.
        line, row = _counted(first_row, np.maximum(rows, 0))
        left, right, y = left[line], right[line], c.y[0, :, 0][row]
        if oval:
            middle, half = (low + high) / 2, (high - low) / 2
            share = ((y - middle[line]) / half[line]) ** 2
            shorter = (right - left) * (0.5 - 0.5 * np.sqrt(np.maximum(1 - share, 0)))
            left, right = left + shorter, right - shorter
        first = clipped(np.floor(left / pixel + width / 2), width)
        many = np.maximum(clipped(np.ceil(right / pixel + width / 2), width) - first, 0)
        _, column = _counted(first, many)
        self.box, self.y = line.repeat(many), y.repeat(many)
        self.where = ((picture.astype(np.int32)[line] * height + row) * width).repeat(many)
        self.where += column
        self.x = c.x[0, 0].take(column)

    def only(self, chosen: np.ndarray) -> Pixels:
        """Some of them."""
        part = object.__new__(Pixels)
        for name in ("where", "box", "x", "y"):
            setattr(part, name, getattr(self, name).take(chosen))
        return part


def _counted(first: np.ndarray, many: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each of some rows of numbers, in turn, which row it is and the numbers: int32 (sum,)."""
    which = np.arange(len(many), dtype=np.int32).repeat(many)
    number = np.arange(len(which), dtype=np.int32)
    number += (first - (np.cumsum(many, dtype=np.int32) - many)).astype(np.int32).repeat(many)
    return which, number


def paint(c: Canvas, where: np.ndarray, coverage: np.ndarray, colour) -> None:
    """Lay colours (3, pixels) over some pixels of a whole canvas, each of which is there once."""
    left = 1 - coverage
    for plane, tone in zip(c.planes, colour, strict=True):
        flat = plane.reshape(-1)
        laid = flat.take(where)
        laid *= left
        laid += tone * coverage
        flat[where] = laid


def darken(c: Canvas, where: np.ndarray, share: np.ndarray) -> None:
    """Lay a shadow on some pixels of a whole canvas: it takes a share of the light away."""
    for plane, amount in zip(c.planes, SHADE, strict=True):
        flat, left = plane.reshape(-1), share * np.float32(-amount)
        left += 1
        left *= flat.take(where)
        flat[where] = left


class Layers:
    """Pixels with colours that are painted in turns: in each turn, no pixel is there twice.

    Args:
        pixels: All pixels, turn by turn.
        turn: In which turn each box is painted, (boxes,), ascending.
        coverage: The share of each pixel that is covered.
        colour: (3, pixels).
    """

    def __init__(self, pixels: Pixels, turn: np.ndarray, coverage: np.ndarray, colour: np.ndarray):
        self._where, self._coverage, self._colour = pixels.where, coverage, colour
        self._box, self._turn = pixels.box, turn

    def _part(self, turn: int) -> slice:
        boxes = np.searchsorted(self._turn, (turn, turn + 1))
        return slice(*np.searchsorted(self._box, boxes))

    def paint(self, c: Canvas, turn: int) -> None:
        """Paint what is painted in a turn."""
        part = self._part(turn)
        paint(c, self._where[part], self._coverage[part], self._colour[:, part])

    def cover(self, masks: np.ndarray, turn: int, shown: bool) -> None:
        """Add what is painted in a turn to how much of each pixel shows fruit, or hide that."""
        part, flat = self._part(turn), masks.reshape(-1)
        where, coverage = self._where[part], self._coverage[part]
        seen = flat.take(where)
        flat[where] = np.maximum(seen, coverage) if shown else seen * (1 - coverage)


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
    cells = views.outline.shape[-1]
    scale, middle = np.float32(cells / 2) / REACH, np.float32(cells / 2 - 0.5)

    def cell(across, up):
        axis = across.take(box)
        axis *= dx
        other = up.take(box)
        other *= dy
        axis += other
        axis += middle
        np.clip(axis, 0, np.float32(cells - 1.001), out=axis)
        whole = axis.astype(np.int32)
        axis -= whole
        return whole, axis

    column, right = cell(s.cos * scale / s.wide, s.sin * scale / s.wide)
    row, up = cell(-s.sin * scale / s.tall, s.cos * scale / s.tall)
    row *= cells
    row += column
    row += (s.index.astype(np.int32) * cells**2).take(box)
    place = (row, right, up, cells)
    return _between(views.outline.reshape(-1), place) * s.narrow.take(box), place


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
        """Look up the sprites `s` of `placed`."""
        reach = views.extent[s.index] * np.maximum(s.wide, s.tall) + c.pixel
        sides = (s.x - reach, s.x + reach, s.y - reach, s.y + reach)
        pixels = Pixels(c, s.picture, *sides, oval=True)
        dx, dy = pixels.x - s.x.take(pixels.box), pixels.y - s.y.take(pixels.box)
        away, place = outline(views, s, pixels.box, dx, dy)
        away *= -1 / c.pixel
        away += np.float32(0.5)
        seen = np.flatnonzero(away > 0)
        coverage = np.minimum(away.take(seen), np.float32(1))
        pixels = pixels.only(seen)
        *place, cells = place
        found = _between(views.surface, (*(p.take(seen) for p in place), cells)).T
        known = dict(zip(SURFACE, np.ascontiguousarray(found), strict=True))
        cos, sin = s.cos.take(pixels.box), s.sin.take(pixels.box)
        right, up = known["right"], known["up"]
        known["right"], known["up"] = cos * right - sin * up, sin * right + cos * up
        known["out"] = np.sqrt(np.maximum(1 - right * right - up * up, np.float32(0.002)))
        super().__init__(pixels=pixels, coverage=coverage, **known)
