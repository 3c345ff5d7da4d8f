"""Grounds: table tops that recede from the eye, and walls, of one material each."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import textures
from data.drawing.canvas import Canvas
from data.drawing.values import mix

WOOD, CLOTH, STONE, PLAIN = range(4)

_WOODS = (
    ((0.34, 0.20, 0.11), (0.72, 0.50, 0.31)),
    ((0.17, 0.10, 0.07), (0.45, 0.29, 0.19)),
    ((0.55, 0.40, 0.25), (0.87, 0.72, 0.52)),
    ((0.30, 0.36, 0.39), (0.62, 0.69, 0.71)),
    ((0.56, 0.52, 0.47), (0.90, 0.87, 0.82)),
)
_STONES = (
    ((0.20, 0.21, 0.23), (0.48, 0.50, 0.53)),
    ((0.56, 0.51, 0.44), (0.86, 0.82, 0.76)),
    ((0.62, 0.62, 0.65), (0.97, 0.97, 0.98)),
    ((0.17, 0.26, 0.24), (0.42, 0.54, 0.50)),
)
# The first of a pair is woven in, the second is the cloth itself.
_CLOTHS = (
    ((0.72, 0.12, 0.14), (0.95, 0.93, 0.89)),
    ((0.16, 0.29, 0.56), (0.94, 0.94, 0.93)),
    ((0.20, 0.42, 0.28), (0.94, 0.92, 0.85)),
    ((0.78, 0.55, 0.16), (0.96, 0.93, 0.84)),
    ((0.38, 0.36, 0.36), (0.91, 0.89, 0.86)),
    ((0.90, 0.88, 0.84), (0.30, 0.38, 0.50)),
)
_PLAINS = (
    ((0.50, 0.66, 0.70), (0.50, 0.66, 0.70)),
    ((0.80, 0.62, 0.56), (0.80, 0.62, 0.56)),
    ((0.62, 0.70, 0.54), (0.62, 0.70, 0.54)),
    ((0.66, 0.60, 0.74), (0.66, 0.60, 0.74)),
    ((0.30, 0.36, 0.44), (0.30, 0.36, 0.44)),
    ((0.86, 0.80, 0.66), (0.86, 0.80, 0.66)),
)
PALETTES = (_WOODS, _CLOTHS, _STONES, _PLAINS)
_WALLS = np.float32(
    [
        (0.55, 0.57, 0.55),
        (0.74, 0.68, 0.58),
        (0.42, 0.47, 0.52),
        (0.62, 0.48, 0.42),
        (0.33, 0.31, 0.31),
        (0.60, 0.64, 0.68),
        (0.47, 0.52, 0.42),
    ]
)

# How near the eye is: larger is a view from further above.
_LOW = np.float32(0.9)


def colours(ground: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """The two colours of each ground: `choice` from 0 to 1 picks one of a material's pairs.

    Returns:
        float32 (2, 3, n, 1, 1).
    """
    found = np.empty((len(ground), 2, 3), np.float32)
    for kind, palette in enumerate(PALETTES):
        chosen = ground == kind
        number = np.minimum(choice[chosen] * len(palette), len(palette) - 1).astype(int)
        found[chosen] = np.float32(palette)[number]
    return found.transpose(1, 2, 0)[..., None, None]


def paint_grounds(c: Canvas, s: SimpleNamespace) -> None:
    """Paint the ground of each picture, and what is behind it.

    Args:
        s: `ground` and `hangs` (whether it is a wall), (n,); `edge`, the height at which a table
            ends; `ends`, `shade`, `wall`: colours and tints; `turn`, `scale`, `shift_u`,
            `shift_v`, `weave`: how the texture lies; `side` and `glow`, of the light; `beam` and
            `beam_half`, where it falls on a wall.
    """
    for hangs in (False, True):
        for kind in (WOOD, CLOTH, STONE, PLAIN):
            chosen = np.flatnonzero((s.ground == kind) & (s.hangs == hangs))
            if chosen.size:
                _paint(c, s, chosen, kind, hangs)


def _paint(c: Canvas, s: SimpleNamespace, chosen: np.ndarray, kind: int, hangs: bool) -> None:
    part = SimpleNamespace(
        **{
            name: values[..., chosen, :, :] if values.ndim > 2 else values[chosen]
            for name, values in vars(s).items()
        }
    )
    x, y, height = c.x, c.y, c.shape[0]
    # A light that is nearer to one side falls off to the other.
    glow = 0.96 + 0.14 * part.side * x + 0.10 * y * part.glow
    planes = np.empty((3, len(chosen), height, c.shape[1]), np.float32)
    if hangs:
        tone = _surface(c, part, kind, x * part.scale, y * part.scale, part.scale, glow)
        planes[...] = tone
    else:
        top = int(np.searchsorted(-y[0, :, 0], -0.60))
        rows = y[:, top:]
        below = np.maximum(part.edge - rows, 0)
        far = 1 / (below + _LOW)
        scale = part.scale * np.float32(1.9)
        across, away = x * far * scale, np.float32(1.25) * far * scale
        cos, sin = np.cos(part.turn), np.sin(part.turn)
        u, v = across * cos + away * sin, away * cos - across * sin
        tone = _surface(c, part, kind, u, v, scale * np.float32(0.7), glow[:, top:])
        wall = mix(part.wall, part.ends[1], np.float32(0.7)) if kind == PLAIN else part.wall
        planes[...] = wall * (0.80 + 0.15 * part.side * x + 0.14 * y)
        _daylight(c, part, planes)
        soft = np.where(part.ground[:, None, None] == PLAIN, np.float32(0.30), c.pixel)
        covered = np.clip((part.edge - rows) / soft + 0.5, 0, 1)
        covered *= covered * (3 - 2 * covered)
        lower = planes[:, :, top:]
        lower += (tone - lower) * covered
        if kind != PLAIN:
            # The edge of the table is a little brighter, and the wall behind it darker.
            rim = np.clip(1 - np.abs(rows - part.edge + 0.012) / 0.02, 0, 1)
            lower *= 1 + 0.14 * rim
            dim = np.clip(1 - (rows - part.edge) / 0.25, 0, 1) * (1 - covered)
            lower *= 1 - 0.22 * dim * dim
    c.planes[:, chosen] = planes


def _daylight(c: Canvas, s, planes: np.ndarray) -> None:
    """The plaster of a wall, and light that falls on it through a window at the side."""
    bottom = int(np.searchsorted(-c.y[0, :, 0], -0.05))
    y = c.y[:, :bottom]
    across = (c.x - s.beam) * s.side + 0.55 * (y - 0.4)
    beam = np.clip(1.35 - np.abs(across) / s.beam_half, 0, 1)
    beam *= beam * (3 - 2 * beam)
    texture = textures.level(textures.folds(), 256 * float(c.pixel) * 0.45)
    rough = textures.at(texture, 0.45 * c.x + s.shift_v, 0.45 * y + s.shift_u)
    planes[:, :, :bottom] *= 1 + 0.26 * s.glow * beam + 0.045 * rough


def _surface(c: Canvas, s, kind: int, u, v, scale, glow) -> np.ndarray:
    """The colour of a material at places of it."""
    first, second = s.ends
    if kind == PLAIN:
        return second * (glow * np.float32(1.0))
    shape = np.broadcast_shapes(u.shape, v.shape)
    u, v = (np.broadcast_to(p, shape) for p in (u, v))
    # Cells of a texture that is as long as the picture is high, for each pixel.
    spread = float(c.pixel) * 0.36
    if kind == CLOTH:
        crease = textures.at(
            textures.level(textures.folds(), 256 * spread),
            0.36 * u + s.shift_u,
            0.36 * v + s.shift_v,
        )
        light = glow * (1 + 0.16 * crease)
        wide = c.pixel * scale
        pull = np.float32(0.02) * crease
        along = _stripes(u + pull, s.weave[0], wide) * s.weave[1]
        across = _stripes(v + pull, s.weave[0], wide) * s.weave[2]
        woven = along + across
        return mix(second, first, 0.88 * woven) * light
    kinds = textures.wood() if kind == WOOD else textures.stone()
    fine = 0.55 if kind == WOOD else 0.5
    texture = textures.level(kinds, 256 * spread * fine * 1.6)
    value = textures.at(texture, fine * u + s.shift_u, fine * v + s.shift_v)
    return np.clip(mix(first, second, value), 0.03, 1) * glow


def _stripes(place: np.ndarray, period, wide) -> np.ndarray:
    """Coverage of stripes half a period wide, blurred as wide as a pixel."""
    place = place / period
    place -= np.floor(place)
    inside = np.float32(0.25) - np.abs(place - np.float32(0.5))
    return np.clip(inside * (period / wide) + np.float32(0.5), 0, 1)


def walls(choice: np.ndarray) -> np.ndarray:
    """Colours of walls, `choice` from 0 to 1: (3, n, 1, 1)."""
    number = np.minimum(choice * len(_WALLS), len(_WALLS) - 1).astype(int)
    return _WALLS[number].T[:, :, None, None]
