"""The skins of fruits: colours and reliefs of what `data.drawing.sprites` looks up.

`p` are the pixels of some pieces, `Sprites`, and `s` what is known of the piece that each pixel
belongs to, float32 (pixels,): how `ripe` it is, from 0 to 1; which part of a texture it has
(`around`, `shift`); and how it is turned in the picture (`cos`, `sin`). `pixel` is the length of
a pixel's side in picture units. What a fruit's function returns has the `skin`'s colour, (3,
pixels); how much of a lamp it mirrors (`gloss`) and how sharply (`sharp`, see `lamp.mirrored`);
and what its relief adds to the normal (`right`, `up`).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import textures
from data.drawing.values import mix, ramp

_TURN = np.float32(1 / (2 * np.pi))


def _tone(red: float, green: float, blue: float) -> np.ndarray:
    return np.array([red, green, blue], np.float32)[:, None]


def _over(stops: list[tuple], share: np.ndarray) -> np.ndarray:
    """A colour from a row of evenly spaced ones, 0 to 1: (3, pixels)."""
    place = np.clip(share, 0, 1) * np.float32(len(stops) - 1)
    low = np.minimum(place.astype(np.int32), len(stops) - 2)
    place -= low
    table = np.float32(stops)
    steps = np.diff(table, axis=0)
    found = np.empty((3, len(place)), np.float32)
    for tone, first, step in zip(found, table.T, steps.T, strict=True):
        np.multiply(step.take(low), place, out=tone)
        tone += first.take(low)
    return found


def apple(p, s: SimpleNamespace, pixel: float) -> SimpleNamespace:
    """Apples: green, then yellow with a red cheek, then red all over; streaked and dotted."""
    ripe, around, shift = s.ripe, s.around, s.shift
    angle = np.arctan2(p.v, p.u) * _TURN
    far = np.sqrt(p.u * p.u + p.v * p.v)
    texture = textures.level(textures.streaks(), 273 * pixel * 0.30)
    streak = textures.at(texture, angle + around, 0.5 * far + shift)
    # Where the sun was: how an apple lies tells it.
    cheek = p.u / np.maximum(far, 1e-3)
    red = 1.15 * (3.3 * (ripe - 0.50) + 0.70 * cheek + 0.50 * streak)
    red = ramp(red * ramp(far, 0.02, 0.2) + 0.35 * ramp(far, 0.2, 0.05), -0.75, 1.1)
    ground = _over([(0.42, 0.60, 0.12), (0.66, 0.73, 0.20), (0.92, 0.76, 0.26)], 1.15 * ripe)
    ground += _tone(0.05, 0.05, 0.02) * streak
    blush = _over([(0.86, 0.33, 0.16), (0.76, 0.12, 0.10), (0.52, 0.03, 0.07)], ripe)
    skin = mix(ground, blush * (1 + 0.10 * streak), red)
    # Russet in the hollow, and pale dots.
    skin = mix(skin, _tone(0.55, 0.47, 0.20), 0.75 * ramp(far, 0.16, 0.04))
    dots = textures.at(
        textures.level(textures.speckles(), 273 * pixel * 0.55),
        1.7 * p.u + around,
        1.7 * p.v + shift,
    )
    skin += 0.30 * ramp(dots, 0.74, 0.95) * (1 - skin)
    skin = mix(skin, _tone(0.26, 0.17, 0.09), p.stalk)
    return SimpleNamespace(skin=skin, gloss=0.55 * (1 - p.stalk), sharp=6, right=0, up=0)


def orange(p, s: SimpleNamespace, pixel: float) -> SimpleNamespace:
    """Oranges: greenish first, pitted all over, with a green button where the stalk was."""
    far = np.sqrt(p.u * p.u + p.v * p.v)
    texture = textures.level(textures.pits(), 273 * pixel * 0.5)
    slope = textures.at(texture, 1.7 * p.u + s.around, 1.7 * p.v + s.shift)
    slope *= (0.15 * (1 - p.stalk))[:, None]
    right, up = s.cos * slope[:, 0] - s.sin * slope[:, 1], s.sin * slope[:, 0] + s.cos * slope[:, 1]
    blotch = textures.at(textures.speckles()[3], 0.25 * p.u + s.shift, 0.25 * p.v + s.around)
    ripe = 0.16 + 0.84 * s.ripe + 0.25 * (blotch - 0.5)
    stops = [(0.66, 0.62, 0.13), (0.95, 0.64, 0.10), (0.99, 0.54, 0.05), (0.93, 0.37, 0.02)]
    skin = _over(stops, ripe - 0.12 * ramp(far, 0.25, 0.05))
    skin *= 1 + 0.10 * (slope[:, 0] + slope[:, 1])
    skin = mix(skin, _tone(0.30, 0.40, 0.13), p.stalk)
    return SimpleNamespace(skin=skin, gloss=0.22 * (1 - p.stalk), sharp=4, right=right, up=up)


def banana(p, s: SimpleNamespace, pixel: float) -> SimpleNamespace:
    """Bananas: green, yellow, and yellow with brown flecks; brown at both ends."""
    ends = np.maximum(ramp(p.u, 0.22, 0.02), ramp(p.u, 0.84, 0.98))
    ripe = s.ripe - 0.30 * ends * ramp(s.ripe, 1.0, 0.6)
    stops = [
        (0.52, 0.64, 0.15),
        (0.90, 0.80, 0.20),
        (0.98, 0.83, 0.20),
        (0.96, 0.77, 0.17),
        (0.88, 0.65, 0.14),
    ]
    skin = _over(stops, ripe)
    texture = textures.level(textures.speckles(), 273 * pixel * 0.4)
    fleck = textures.at(texture, 0.75 * p.u + s.around, 0.75 * p.v + s.shift)
    spot = ramp(fleck + 0.42 * (s.ripe - 1), 0.70, 0.88) * 0.65
    ridge = np.cos(p.v * np.float32(10 * np.pi) + np.float32(0.6))
    skin *= 1 - 0.07 * ramp(ridge, 0.6, 1.0)
    skin = mix(skin, _tone(0.34, 0.20, 0.09), spot)
    skin = mix(
        skin,
        _tone(0.20, 0.13, 0.07),
        np.maximum(ramp(p.u, 0.955, 0.985), 0.7 * ramp(p.u, 0.05, 0.0)),
    )
    return SimpleNamespace(skin=skin, gloss=np.float32(0.16), sharp=3, right=0, up=0)


def leaf(p, dark: np.ndarray) -> np.ndarray:
    """The colour of leaves, from a young green to a `dark` one (1), with a pale vein."""
    green = _over([(0.46, 0.60, 0.18), (0.25, 0.45, 0.15), (0.13, 0.31, 0.13)], dark)
    vein = ramp(np.abs(p.v), 0.055, 0.015) * ramp(p.u, 1.0, 0.7)
    green += _tone(0.22, 0.20, 0.10) * vein
    return mix(green, _tone(0.33, 0.36, 0.16), p.stalk)
