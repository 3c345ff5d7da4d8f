"""A portrait: a head on shoulders before a backdrop."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.features import ears, eyes, face, mouth
from data.drawing.hair import glasses, hair, hair_behind, hat
from data.drawing.head import Head, Pose, flesh, line_at
from data.drawing.values import flag, mix
from data.drawing.windows import Windows


def paint(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint portraits back to front; measures as `data.worlds.faces` draws them."""
    pose = Pose(m)
    _background(c, m)
    hair_behind(c, p, m, pose)
    _body(c, p, m)
    ears(c, p, m, pose)
    h = Head(c, p, m, pose, -1, 1, -p.chin, p.crown)
    face(h, p, m)
    mouth(h, p, m)
    eyes(h, p, m)
    hair(c, p, m, pose)
    glasses(h, p, m)
    hat(c, p, m, pose)
    c.planes *= m.light_colour


def _background(c: Canvas, m: SimpleNamespace) -> None:
    glow = np.exp((c.x - 0.5 * m.side) ** 2 * np.float32(-1.1))
    glow = glow * np.exp((c.y - 0.3) ** 2 * np.float32(-1.1))
    shade = np.float32(0.22) * m.noise.haze
    shade += 1
    shade += np.float32(0.10) * glow
    for plane, low, high in zip(c.planes, m.backdrop_low, m.backdrop_high, strict=True):
        np.multiply(shade, mix(low, high, (c.y + 1) / 2), out=plane)


def _body(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Neck, shoulders and what is worn on them."""
    _neck(c, p, m)
    c = c.band(np.float32(-1), m.up - 0.4 * m.scale)
    x, y, pixel = (c.x - m.across) / m.scale, (c.y - m.up) / m.scale, c.pixel / m.scale
    collar = _shoulder(p, x)
    collar = collar - m.neckline * np.clip(1 - (x / (p.neck * 1.25)) ** 2, 0, 1)
    over = y - collar
    # The sine of a sum, from one of each row and one of each column.
    row, column = 2 * y + 4 * m.side, 5 * x
    fold = np.sin(column) * np.cos(row) + np.cos(column) * np.sin(row)
    light = fold * (0.05 * np.clip(np.abs(x) - 0.3, 0, 1))
    light += 0.58 + 0.34 * np.clip(0.6 + m.side * x * 0.5, 0, 1)
    light -= 0.22 * line_at(over, np.float32(0.06))
    over *= -1 / pixel
    over += np.float32(0.5)
    c.paint(np.clip(over, 0, 1, out=over), m.cloth * light)


def _shoulder(p: SimpleNamespace, x: np.ndarray) -> np.ndarray:
    """The height of shoulders: a rounded slope on both sides of the neck."""
    reach = np.abs(x) - p.neck * 0.8
    return -p.chin - 0.24 - 0.25 * np.clip(reach, 0, None) ** 2 / p.shoulders - 0.14 * reach


def _neck(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """The neck, in the shadow of the chin, and what the neckline shows of the shoulders."""
    # It is seen as wide as a neckline.
    wide = (1.25 * p.neck) * m.scale
    c = Windows(c, 0 * wide - 1, m.up - 0.4 * m.scale, m.across - wide, m.across + wide)
    x, y, pixel = (c.x - m.across) / m.scale, (c.y - m.up) / m.scale, c.pixel / m.scale
    lit = 0.74 + 0.24 * np.clip(m.side * x, -1, 1)
    half = p.neck * (1 + 0.10 * np.clip(-y - 1.2, 0, 1) ** 2)
    neck = np.clip(0.5 - (np.abs(x) - half) / pixel, 0, 1) * flag(y < -0.5)
    shadow = np.exp(-(((y + p.chin + 0.02) / 0.26) ** 2)) * 0.36
    c.paint(neck, flesh(p, lit * (1 - shadow)))
    chest = np.clip(0.5 + (_shoulder(p, x) - y) / pixel, 0, 1)
    chest *= flag(np.abs(x) < 1.25 * p.neck)
    c.paint(chest, flesh(p, lit + 0 * y))
    c.lay_back()
