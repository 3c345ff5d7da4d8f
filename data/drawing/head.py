"""A head as a solid: coordinates on its surface, and how skin takes light."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.values import ramp


class Head:
    """Coordinates of a head: half its width is 1, and the middle of the eyes' line 0.

    `u`, `v` lie in the picture's plane, turned with the head; `f`, `g` on its surface, so that
    what is painted there turns with it: as on a globe that is seen from afar. `radius` is 1 at
    the outline. All arrays are (n, h, w), on the part of the canvas in `canvas`.
    """

    def __init__(self, c: Canvas, p: SimpleNamespace, m: SimpleNamespace):
        self.canvas, self.pixel, self._moment = c, c.pixel / m.scale, m
        self.u, self.v = turned(c, m)
        self.grain, self.strands = (noise_on(c, noise) for noise in (m.grain, m.strands))
        down = ramp(-self.v, np.float32(0.0), p.chin)
        down *= down
        narrow = down * (p.taper * p.pointed)
        narrow += p.taper
        narrow *= down
        narrow += 1
        height = np.where(self.v > 0, p.crown, p.chin)
        across, up = self.u * narrow, self.v / height
        across *= across
        up *= up
        self.radius = np.sqrt(across + up)
        across *= np.float32(-0.85)
        up *= np.float32(0.5)
        across -= up
        across += np.float32(1.02)
        self.depth = np.sqrt(np.maximum(across, np.float32(0.02), out=across), out=across)
        self.f = self.u * np.cos(m.turn) - self.depth * np.sin(m.turn)
        self.g = self.v - self.depth * m.nod

    def on(self, left, right, low, high) -> Head:
        """The part on which a piece of the face's surface is seen, in `f` and `g`."""
        sin, cos, nod = np.sin(self._moment.turn), np.cos(self._moment.turn), self._moment.nod
        first = np.minimum(left + 0.5 * sin, left + 1.02 * sin) / cos
        last = np.maximum(right + 0.5 * sin, right + 1.02 * sin) / cos
        # Lines are never thinner than a pixel, and so may be wider than they should.
        edge = 2 * self.pixel
        first, last = first - edge, last + edge
        low, high = low + np.minimum(nod, 0) - edge, high + np.maximum(nod, 0) + edge
        part = copy.copy(self)
        part.canvas = window(self.canvas, self._moment, first, last, low, high)
        for name in ("u", "v", "f", "g", "radius", "depth", "grain", "strands"):
            setattr(part, name, part.canvas.part_of(getattr(self, name), self.canvas))
        return part


def turned(c: Canvas, m: SimpleNamespace) -> tuple[np.ndarray, np.ndarray]:
    """The canvas' pixels in the head's plane: `u` to the right, `v` upwards, (n, h, w) each."""
    x, y = (c.x - m.across) / m.scale, (c.y - m.up) / m.scale
    cos, sin = np.cos(m.tilt), np.sin(m.tilt)
    return x * cos + y * sin, y * cos - x * sin


def window(c: Canvas, m: SimpleNamespace, left, right, low, high) -> Canvas:
    """The part of a canvas that holds a rectangle of the head's plane, of any picture."""
    cos, sin = np.cos(m.tilt), np.sin(m.tilt)
    corners = [(u, v) for u in (left, right) for v in (low, high)]
    x = [m.across + m.scale * (u * cos - v * sin) for u, v in corners]
    y = [m.up + m.scale * (u * sin + v * cos) for u, v in corners]
    ends = (min(map(np.min, y)), max(map(np.max, y)), min(map(np.min, x)), max(map(np.max, x)))
    return c.window(*ends)


def noise_on(c: Canvas, noise: np.ndarray) -> np.ndarray:
    """The part of some noise over a whole picture that lies on a canvas."""
    rows, columns = c.y.shape[1], c.x.shape[2]
    return noise[:, c.first_row : c.first_row + rows, c.first_column : c.first_column + columns]


def only(chosen: np.ndarray, h: Head, p: SimpleNamespace, m: SimpleNamespace) -> tuple:
    """Head, person and moment of some of the pictures; what is painted must be put back."""
    part = copy.copy(h)
    part.canvas = copy.copy(h.canvas)
    part.canvas.planes = h.canvas.planes[:, chosen]
    for name, values in vars(h).items():
        if isinstance(values, np.ndarray):
            setattr(part, name, values[chosen])
    people, moments = (
        SimpleNamespace(**{n: v[:, chosen] if v.ndim == 4 else v[chosen] for n, v in each.items()})
        for each in (vars(p), vars(m))
    )
    part._moment = moments
    return part, people, moments


def soft(h, distance: np.ndarray) -> np.ndarray:
    """Coverage of a distance in the head's units."""
    covered = distance * (-1 / h.pixel)
    covered += np.float32(0.5)
    return np.clip(covered, 0, 1, out=covered)


def line_at(distance: np.ndarray, wide) -> np.ndarray:
    """A soft line where the distance is 0; it ends at twice its width."""
    line = distance * (0.5 / wide)
    line *= line
    return _rounded(line)


def bell(h, x, y, wide, high) -> np.ndarray:
    """A bump of height 1 on the face; it ends at twice its width and height."""
    a, b = (h.f - x) * (0.5 / wide), (h.g - y) * (0.5 / high)
    a *= a
    b *= b
    a += b
    return _rounded(a)


def _rounded(square: np.ndarray) -> np.ndarray:
    """(1 - s)³ up to s = 1, and 0 from there on.

    It looks like a Gaussian, but what lies outside of a window is nothing: a picture must not
    depend on the windows that others need.
    """
    np.subtract(1, square, out=square)
    np.maximum(square, 0, out=square)
    cube = square * square
    cube *= square
    return cube


def flesh(p: SimpleNamespace, light: np.ndarray) -> np.ndarray:
    """Skin in a light from 0 to 1: what is in shadow is warmer, as light passes through skin."""
    red, green, blue = (tone * light for tone in p.skin)
    dim = np.maximum(np.float32(0.8) - light, 0)
    red += dim * (0.16 * p.skin[0])
    blue -= dim * (0.06 * p.skin[2])
    return np.stack([red, green, blue])
