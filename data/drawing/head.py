"""A head as a solid: coordinates on its surface, and how skin takes light."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.values import flag, ramp
from data.drawing.windows import Windows

# Of a head, what parts of it have a part of.
_MAPS = ("u", "v", "f", "g", "radius", "depth")


class Pose:
    """How heads are held, and where; all (n, 1, 1)."""

    def __init__(self, m: SimpleNamespace):
        self.across, self.up, self.scale, self.nod = m.across, m.up, m.scale, m.nod
        self.cos, self.sin = np.cos(m.tilt), np.sin(m.tilt)
        self.turn_cos, self.turn_sin = np.cos(m.turn), np.sin(m.turn)

    def plane(self, c: Canvas) -> tuple[np.ndarray, np.ndarray]:
        """A canvas' pixels in the head's plane: `u` to the right, `v` upwards, (n, h, w) each."""
        x, y = (c.x - self.across) / self.scale, (c.y - self.up) / self.scale
        return x * self.cos + y * self.sin, y * self.cos - x * self.sin

    def windows(self, c: Canvas, left, right, low, high, picture=None, within=None) -> Windows:
        """Windows that hold a rectangle of the head's plane; its sides are numbers or (n, 1, 1)."""
        cos, sin, scale = self.cos, self.sin, self.scale
        first, last = low * sin, high * sin
        x0 = self.across + scale * (left * cos - np.maximum(first, last))
        x1 = self.across + scale * (right * cos - np.minimum(first, last))
        first, last = left * sin, right * sin
        y0 = self.up + scale * (low * cos + np.minimum(first, last))
        y1 = self.up + scale * (high * cos + np.maximum(first, last))
        return Windows(c, y0, y1, x0, x1, picture, within)


class Head:
    """Coordinates of a head: half its width is 1, and the middle of the eyes' line 0.

    `u`, `v` lie in the picture's plane, turned with the head; `f`, `g` on its surface, so that
    what is painted there turns with it: as on a globe that is seen from afar. `radius` is 1 at
    the outline. All arrays are (n, h, w), on the windows in `canvas`.

    Args:
        whole: Whole pictures.
        picture: Which of them; p, m and pose are of these.
        left, right, low, high: The part of the head's plane that is needed, (n, 1, 1) or numbers.
    """

    def __init__(self, whole: Canvas, p, m, pose: Pose, left, right, low, high, picture=None):
        self.canvas = pose.windows(whole, left, right, low, high, picture)
        self.whole, self.pose, self.pixel = whole, pose, whole.pixel / pose.scale
        self.noise = m.noise
        self.u, self.v = pose.plane(self.canvas)
        down = ramp(-self.v, np.float32(0.0), p.chin)
        down *= down
        narrow = down * (p.taper * p.pointed)
        narrow += p.taper
        narrow *= down
        narrow += 1
        up = self.v * (1 / p.chin + (1 / p.crown - 1 / p.chin) * flag(self.v > 0))
        across = self.u * narrow
        across *= across
        up *= up
        self.radius = across + up
        np.sqrt(self.radius, out=self.radius)
        across *= np.float32(-0.85)
        up *= np.float32(0.5)
        across -= up
        across += np.float32(1.02)
        self.depth = np.sqrt(np.maximum(across, np.float32(0.02), out=across), out=across)
        self.f = self.u * pose.turn_cos
        self.f -= self.depth * pose.turn_sin
        self.g = self.depth * -pose.nod
        self.g += self.v

    def __getattr__(self, name: str) -> np.ndarray:
        if name not in ("grain", "strands"):
            raise AttributeError(name)
        values = self.canvas.of(getattr(self.noise, name))
        setattr(self, name, values)
        return values

    def on(self, left, right, low, high, picture=None) -> Part:
        """The part on which a piece of the face's surface is seen, in `f` and `g`.

        Args:
            left, right, low, high: Numbers or (k, 1, 1).
            picture: Which of the pictures, (k,); None: all of them.
        """
        return Part(self, left, right, low, high, picture)


class Part:
    """A part of a head: as `Head`; its maps are copies, made when they are first asked for."""

    def __init__(self, head: Head, left, right, low, high, picture):
        pose, self.pixel = head.pose, head.pixel
        if picture is not None:
            pose, self.pixel = some(picture, pose), head.pixel[picture]
        sin, cos, nod = pose.turn_sin, pose.turn_cos, pose.nod
        first = np.minimum(left + 0.5 * sin, left + 1.02 * sin) / cos
        last = np.maximum(right + 0.5 * sin, right + 1.02 * sin) / cos
        # Lines are never thinner than a pixel, and so may be wider than they should.
        edge = 2 * self.pixel
        low, high = low + np.minimum(nod, 0) - edge, high + np.maximum(nod, 0) + edge
        self._head, ends = head, (first - edge, last + edge, low, high)
        self.canvas = pose.windows(head.whole, *ends, picture, head.canvas)

    def __getattr__(self, name: str) -> np.ndarray:
        if name in _MAPS:
            values = self.of(getattr(self._head, name))
        elif name in ("grain", "strands"):
            values = self.canvas.of(getattr(self._head.noise, name))
        else:
            raise AttributeError(name)
        setattr(self, name, values)
        return values

    def of(self, values: np.ndarray) -> np.ndarray:
        """A copy of the part of values on the head that is here."""
        return self.canvas.of(values, self._head.canvas)

    def put(self, values: np.ndarray, own: np.ndarray) -> None:
        """Put what `of` gave back."""
        self.canvas.put(values, own, self._head.canvas)


def some(chosen: np.ndarray, of: SimpleNamespace) -> SimpleNamespace:
    """The measures of some pictures: of persons, moments or poses."""
    part = copy.copy(of)
    for name, values in vars(of).items():
        if isinstance(values, np.ndarray):
            setattr(part, name, values[:, chosen] if values.ndim == 4 else values[chosen])
    return part


def soft(h, distance: np.ndarray) -> np.ndarray:
    """Coverage of a distance in the head's units."""
    covered = distance * (-1 / h.pixel)
    covered += np.float32(0.5)
    return np.clip(covered, 0, 1, out=covered)


def line_at(distance: np.ndarray, wide) -> np.ndarray:
    """A soft line where the distance is 0; it ends at twice its width."""
    line = distance * (0.5 / wide)
    line *= line
    return rounded(line)


def bell(h, x, y, wide, high) -> np.ndarray:
    """A bump of height 1 on the face; it ends at twice its width and height."""
    a, b = (h.f - x) * (0.5 / wide), (h.g - y) * (0.5 / high)
    a *= a
    b *= b
    a += b
    return rounded(a)


def rounded(square: np.ndarray) -> np.ndarray:
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
    dim = np.maximum(np.float32(0.8) - light, np.float32(0))
    colour = np.empty((3, *light.shape), np.float32)
    for plane, tone, more in zip(colour, p.skin, (0.16, 0, -0.06), strict=True):
        np.multiply(light, tone, out=plane)
        if more:
            plane += dim * (more * tone)
    return colour
