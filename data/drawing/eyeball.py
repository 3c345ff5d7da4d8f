"""An eye: a ball between two lids, as a clean render or as a camera would see it.

One anatomy for both: what is seen where depends on gaze, lids and proportions alone. The camera
adds what a simulator leaves out: texture of skin and iris, lashes, glints, light, blur, noise.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.values import flag, ramp

#: Angle between the middle of the iris and its edge, in radians.
_IRIS = 0.52


def anatomy(dice: Dice) -> SimpleNamespace:
    """Draw gaze, lids and proportions, each (n, 1, 1); lengths in half heights of the picture."""
    e = SimpleNamespace()
    e.pitch, e.yaw = dice.uniform(-0.35, 0.35), dice.uniform(-0.6, 0.6)
    e.lid = dice.uniform(0.0, 1.0)
    e.radius = dice.uniform(0.78, 0.92)
    e.across, e.up = dice.uniform(-0.14, 0.14), dice.uniform(-0.10, 0.10)
    # Lids: half the width, and how far the upper and the lower one are from the corners' line.
    e.wide = e.radius * dice.uniform(1.08, 1.26)
    # The upper lid follows the gaze up and down.
    e.upper = e.radius * (0.34 + 0.30 * e.lid) + 0.30 * e.pitch
    e.lower = e.radius * dice.uniform(0.30, 0.42) - 0.10 * e.pitch
    e.slant = dice.uniform(-0.10, 0.10)
    e.fold = dice.uniform(0.12, 0.26)
    e.pupil = dice.uniform(0.30, 0.52)
    e.skin, e.iris = dice.uniform(0.42, 0.72), dice.uniform(0.22, 0.52)
    return e


class Eye:
    """Where the parts of an eye are on a canvas: coverages (n, h, w) and angles."""

    def __init__(self, c: Canvas, e: SimpleNamespace):
        self.x, self.y = c.x - e.across, c.y - e.up
        t = np.minimum((self.x / e.wide) ** 2, np.float32(1.5))
        middle = e.slant * self.x
        #: Heights over the lids, negative between them.
        self.over = self.y - middle - e.upper * (1 - t)
        self.under = middle - e.lower * (1 - t) - self.y
        self.open = c.soft(np.maximum(self.over, self.under)) * flag(t < 1)
        u, v = self.x / e.radius, self.y / e.radius
        self.depth = np.sqrt(np.maximum(1 - u * u - v * v, np.float32(0.01)))
        along = (np.sin(e.yaw) * np.cos(e.pitch), np.sin(e.pitch), np.cos(e.yaw) * np.cos(e.pitch))
        #: Cosine of the angle from the middle of the iris.
        self.facing = np.clip(u * along[0] + v * along[1] + self.depth * along[2], -1, 1)
        #: Distance from the middle of the iris: 1 at its edge.
        self.out = np.sqrt(2 - 2 * self.facing) / np.float32(2 * np.sin(_IRIS / 2))
        edge = c.pixel / (e.radius * _IRIS)
        self.iris = np.clip(0.5 - (self.out - 1) / edge, 0, 1) * self.open
        self.pupil = np.clip(0.5 - (self.out - e.pupil) / edge, 0, 1) * self.open
        self.u, self.v, self.along = u, v, along


def render(c: Canvas, e: SimpleNamespace) -> None:
    """Paint as a simulator does: smooth, evenly lit, sharp and without noise."""
    eye, plane = Eye(c, e), c.planes[0]
    plane[...] = e.skin * (0.92 + 0.10 * eye.y)
    crease = np.exp(-(((eye.over - e.fold) / 0.07) ** 2)) * flag(np.abs(eye.x) < e.wide)
    plane *= 1 - 0.16 * crease
    _lay(plane, eye.open, np.float32(0.86) * (0.62 + 0.38 * eye.depth))
    _lay(plane, eye.iris, e.iris * (1.05 - 0.35 * ramp(eye.out, np.float32(0.7), np.float32(1))))
    _lay(plane, eye.pupil, np.float32(0.06))
    lid = np.exp(-((eye.over / 0.045) ** 2)) * flag(np.abs(eye.x) < e.wide)
    plane *= 1 - 0.40 * lid


def photograph(c: Canvas, e: SimpleNamespace, dice: Dice) -> None:
    """Paint as a camera sees it."""
    eye, plane = Eye(c, e), c.planes[0]
    side, strength = dice.uniform(-1, 1), dice.uniform(0.05, 0.25)
    skin = dice.uniform(0.30, 0.62)
    pores, wrinkles = clouds(c, dice, 16, 16, 2), clouds(c, dice, 14, 3, 2)
    plane[...] = skin * (0.86 + 0.16 * eye.y + strength * side * eye.x)
    plane *= 1 + 0.07 * pores + 0.09 * wrinkles
    # The hollow beside the nose, the brow's shadow, a bag below.
    plane *= 1 - 0.30 * np.exp(-(((eye.over - 0.45) / 0.30) ** 2))
    inside = flag(np.abs(eye.x) < e.wide * 1.1)
    for depth, at, wide in ((0.30, e.fold, 0.05), (0.12, e.fold + 0.16, 0.05)):
        plane *= 1 - depth * np.exp(-(((eye.over - at) / wide) ** 2)) * inside
    plane *= 1 - 0.16 * np.exp(-(((eye.under - 0.16) / 0.09) ** 2)) * inside
    # The white is not white, with veins, and in the shadow of the lid and lashes.
    white = dice.uniform(0.52, 0.74) * (0.40 + 0.60 * eye.depth) * (1 + 0.06 * pores)
    white = white * (1 + strength * side * eye.x)
    _lay(plane, eye.open, white)
    around = np.arctan2(eye.v - eye.along[1], eye.u - eye.along[0])
    spokes = np.sin(around * 11 + 6 * dice.uniform() + 3 * pores) + np.sin(around * 23 + 2 * pores)
    iris = dice.uniform(0.14, 0.44) * (1 + 0.14 * spokes * eye.out)
    iris = iris * (1.1 - 0.6 * ramp(eye.out, np.float32(0.78), np.float32(1.0)))
    iris = iris * (1 + 0.5 * ramp(-eye.out, -e.pupil - 0.25, -e.pupil))
    _lay(plane, eye.iris, np.clip(iris, 0, 1))
    _lay(plane, eye.pupil, np.float32(0.04))
    shade = np.exp(-(((eye.over + 0.02) / 0.20) ** 2)) * eye.open
    plane *= 1 - 0.36 * shade
    _lashes(c, e, eye, dice)
    for _ in range(2):
        gx, gy = dice.uniform(-0.28, 0.28), dice.uniform(-0.05, 0.32)
        bright = dice.chance(0.75) * dice.uniform(0.5, 1.0)
        spot = ((eye.u - 0.55 * eye.along[0] - gx) ** 2 + (eye.v - gy) ** 2) / 0.004
        _lay(plane, np.exp(-spot) * bright * eye.open, np.float32(0.95))
    _camera(c, dice)


def _lay(plane: np.ndarray, coverage: np.ndarray, tone) -> None:
    plane += coverage * (tone - plane)


def _lashes(c: Canvas, e: SimpleNamespace, eye: Eye, dice: Dice) -> None:
    """Fine dark strokes that fan out from the lids' edges."""
    plane, length = c.planes[0], dice.uniform(0.16, 0.34)
    fan = eye.x - 0.55 * eye.x * np.maximum(eye.over, 0)
    strokes = np.sin(fan * dice.uniform(26, 40) + 6 * dice.uniform() + 2 * np.sin(9 * fan))
    strokes = np.clip(0.35 + strokes, 0, 1)
    above = ramp(eye.over, np.float32(-0.06), np.float32(0.0)) * (
        1 - ramp(eye.over, 0.3 * length, length)
    )
    inside = np.clip((1.12 - np.abs(eye.x) / e.wide) * 6, 0, 1)
    plane *= 1 - 0.45 * strokes * above * inside
    plane *= 1 - 0.70 * np.exp(-((eye.over / 0.06) ** 2)) * inside
    plane *= 1 - 0.35 * np.exp(-((eye.under / 0.05) ** 2)) * inside


def _camera(c: Canvas, dice: Dice) -> None:
    """Exposure, a little blur, and the sensor's noise."""
    plane = c.planes[0]
    share = dice.uniform(0.25, 0.9)
    for axis in (1, 2):
        near = 0.5 * (_moved(plane, 1, axis) + _moved(plane, -1, axis))
        plane += share * 0.6 * (near - plane)
    plane *= dice.uniform(0.8, 1.25)
    plane += dice.uniform(-0.06, 0.06)
    height, width = plane.shape[1:]
    grain = dice.field(height, width) + dice.field(height, width) - np.float32(1)
    plane += grain * dice.uniform(0.015, 0.05)


def _moved(plane: np.ndarray, by: int, axis: int) -> np.ndarray:
    """The plane moved by a pixel; at the border the last one is repeated."""
    index = np.clip(np.arange(plane.shape[axis]) + by, 0, plane.shape[axis] - 1)
    return plane.take(index, axis)
