"""A portrait: a head on shoulders before a backdrop."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.features import ears, eyes, face, mouth
from data.drawing.hair import glasses, hair, hair_behind, hat
from data.drawing.head import Head, flesh, line_at, window
from data.drawing.values import flag, mix


def paint(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint portraits back to front; measures as `data.worlds.faces` draws them."""
    _background(c, m)
    # All that is seen of a head; hair, brims and shoulders reach further.
    around = window(c, m, -1.9, 1.9, -p.chin - 0.3, p.crown + 0.8)
    hair_behind(c, p, m)
    _body(c, p, m)
    h = Head(around, p, m)
    ears(h, p, m)
    face(h, p, m)
    mouth(h, p, m)
    eyes(h, p, m)
    hair(h, p, m)
    glasses(h, p, m)
    hat(c, p, m)
    c.planes *= m.light_colour


def _background(c: Canvas, m: SimpleNamespace) -> None:
    glow = np.exp((c.x - 0.5 * m.side) ** 2 * np.float32(-1.1))
    glow = glow * np.exp((c.y - 0.3) ** 2 * np.float32(-1.1))
    shade = np.float32(0.22) * m.haze
    shade += 1
    shade += np.float32(0.10) * glow
    for plane, low, high in zip(c.planes, m.backdrop_low, m.backdrop_high, strict=True):
        np.multiply(shade, mix(low, high, (c.y + 1) / 2), out=plane)


def _body(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Neck, shoulders and what is worn on them."""
    c = c.band(np.float32(-1), m.up - 0.4 * m.scale)
    x, y, pixel = (c.x - m.across) / m.scale, (c.y - m.up) / m.scale, c.pixel / m.scale
    lit = 0.74 + 0.24 * np.clip(m.side * x, -1, 1)
    half = p.neck * (1 + 0.10 * np.clip(-y - 1.2, 0, 1) ** 2)
    neck = np.clip(0.5 - (np.abs(x) - half) / pixel, 0, 1) * flag(y < -0.5)
    shadow = np.exp(-(((y + p.chin + 0.02) / 0.26) ** 2)) * 0.36
    dim = lit * (1 - shadow)
    c.paint(neck, flesh(p, dim))
    # Shoulders: a rounded slope on both sides of the neck.
    reach = np.abs(x) - p.neck * 0.8
    top = -p.chin - 0.24 - 0.25 * np.clip(reach, 0, None) ** 2 / p.shoulders - 0.14 * reach
    collar = top - m.neckline * np.clip(1 - (x / (p.neck * 1.25)) ** 2, 0, 1)
    c.paint(np.clip(0.5 + (top - y) / pixel, 0, 1), flesh(p, lit))
    cloth = np.clip(0.5 + (collar - y) / pixel, 0, 1)
    fold = np.sin(5 * x + 2 * y + 4 * m.side) * np.clip(np.abs(x) - 0.3, 0, 1)
    light = 0.58 + 0.34 * np.clip(0.6 + m.side * x * 0.5, 0, 1) + 0.05 * fold
    light -= 0.22 * line_at(y - collar, np.float32(0.06))
    c.paint(cloth, m.cloth * light)
