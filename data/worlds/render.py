"""A small vectorised renderer: many flat pictures at once, from shapes with soft edges.

A canvas holds n pictures as three planes, float32 of shape (3, n, h, w), values in [0, 1].
A scene is painted back to front: each shape is a coverage, the share of every pixel that
it covers, and a colour. Coverage comes from a signed distance (negative inside, in picture
units): a pixel is half covered where the distance is 0, and fully half a pixel further in.
That is the antialiasing.

Picture units: x grows to the right and y upwards, both from -1 to 1. Every argument may
differ from picture to picture; such arguments have shape (n, 1, 1).
"""

from __future__ import annotations

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _scramble(z: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele et al. 2014): uint64 to well-mixed uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class Dice:
    """Random numbers that depend on nothing but (seed, index, how many came before).

    A counter is hashed instead of a generator's state being carried along, so picture
    1,000 can be drawn without the 999 before it, in any chunk, with the same result.
    Each call gives one value a picture, of shape (n, 1, 1).
    """

    def __init__(self, seed: int, indices: np.ndarray):
        with np.errstate(over="ignore"):
            start = _scramble(np.asarray([seed], np.uint64) * _GOLDEN + _GOLDEN)
            self._keys = _scramble(indices.astype(np.uint64) * _GOLDEN ^ start)
        self._calls = 0

    def _next(self) -> np.ndarray:
        self._calls += 1
        with np.errstate(over="ignore"):
            bits = _scramble(self._keys + np.uint64(self._calls) * _GOLDEN)
        return (bits >> np.uint64(11)).astype(np.float64) / 2.0**53

    def uniform(self, low=0.0, high=1.0) -> np.ndarray:
        """A float32 in [low, high)."""
        u = self._next().astype(np.float32)[:, None, None]
        return (low + (high - low) * u).astype(np.float32)

    def chance(self, probability) -> np.ndarray:
        """1.0 with the given probability, else 0.0."""
        return (self._next()[:, None, None] < probability).astype(np.float32)

    def integer(self, low: int, high: int) -> np.ndarray:
        """An int32 from low to high, both included."""
        return (low + np.floor(self._next() * (high - low + 1))).astype(np.int32)[:, None, None]

    def colour(self, palette: np.ndarray, spread: float = 0.04) -> np.ndarray:
        """A colour of the palette (k×3), each channel moved by up to `spread`: (3, n, 1, 1)."""
        chosen = pick(palette, self.integer(0, len(palette) - 1))
        moved = np.stack([self.uniform(-spread, spread) for _ in range(3)])
        return np.clip(chosen + moved, 0, 1)


def pick(table: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Row `index` (n, 1, 1) of a table of colours (k×3), as a colour (3, n, 1, 1)."""
    return np.asarray(table, np.float32)[index[:, 0, 0]].T[:, :, None, None]


def choose(values, index: np.ndarray) -> np.ndarray:
    """values[index], a float32 for every picture: (n, 1, 1)."""
    return np.asarray(values, np.float32)[index]


def flag(mask: np.ndarray) -> np.ndarray:
    """1.0 where the mask holds, else 0.0 (float32: a bool would make its products float64)."""
    return mask.astype(np.float32)


class Canvas:
    """n pictures of size×size pixels, to be painted on back to front."""

    def __init__(self, count: int, size: int):
        step = 2.0 / size
        centres = (-1 + step / 2 + step * np.arange(size)).astype(np.float32)
        self.pixel = np.float32(step)
        self.x = centres[None, None, :]
        self.y = centres[::-1].copy()[None, :, None]
        self.planes = np.zeros((3, count, size, size), np.float32)

    def paint(self, coverage: np.ndarray, colour: np.ndarray) -> None:
        """Lay a colour (3, n, 1, 1), or one a pixel (3, n, h or 1, w), over the canvas."""
        # Most shapes touch few rows of any picture: leave the others alone.
        touched = np.flatnonzero(coverage.max(axis=(0, 2)))
        if not touched.size:
            return
        rows = slice(touched[0], touched[-1] + 1)
        coverage = coverage[:, rows]
        for plane, tone in zip(self.planes, colour, strict=True):
            plane = plane[:, rows]
            change = (tone[:, rows] if tone.shape[1] > 1 else tone) - plane
            change *= coverage
            plane += change

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
        """Coverage of bars `width` wide, repeated every `period`, the first centred on start."""
        phase = (axis - start) / period
        offset = np.abs(phase - np.round(phase)) * period
        return np.clip((width / 2 - offset) / self.pixel + np.float32(0.5), 0, 1)

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
        """The pictures, uint8 n×h×w×3."""
        planes = np.clip(self.planes, 0, 1, out=self.planes)
        planes *= 255
        planes += np.float32(0.5)
        return np.ascontiguousarray(planes.astype(np.uint8).transpose(1, 2, 3, 0))
