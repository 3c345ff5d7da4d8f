"""Landscapes for painters: sky, mountains, fields and water under one light."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.landmarks import paint_building, paint_tree, under_light
from data.drawing.noise import clouds, peaks, profile
from data.drawing.plants import SpruceRow
from data.drawing.values import choose, flag, mix, pick, ramp, tone

#: What is known of a scene, and the words for it.
FACTORS = {
    "time": ("day", "evening", "night"),
    "light": ("light from the left", "light from the right"),
    "land": ("flat land", "hills", "mountains"),
    "water": ("no water", "lake"),
    "building": ("no building", "house", "church", "windmill"),
    "tree": ("poplars", "spruce", "oak"),
}

_ZENITH = np.array([[0.22, 0.47, 0.83], [0.31, 0.30, 0.52], [0.04, 0.09, 0.28]])
_HORIZON = np.array([[0.80, 0.90, 0.96], [1.00, 0.66, 0.36], [0.24, 0.36, 0.58]])
_CLOUD = np.array([[1.00, 0.99, 0.96], [1.00, 0.76, 0.60], [0.33, 0.40, 0.56]])
_CLOUD_SHADE = np.array([[0.66, 0.73, 0.84], [0.52, 0.36, 0.48], [0.08, 0.12, 0.26]])
_DISC = np.array([[1.0, 0.97, 0.80], [1.0, 0.90, 0.58], [0.98, 0.96, 0.86]])
_GLOW = np.array([[0.30, 0.28, 0.16], [0.42, 0.26, 0.02], [0.30, 0.34, 0.34]])
# What full light and full shade leave of a colour.
_LIT = np.array([[1.10, 1.06, 0.96], [1.12, 0.80, 0.55], [0.62, 0.74, 0.98]])
_SHADED = np.array([[0.50, 0.56, 0.72], [0.36, 0.31, 0.46], [0.13, 0.18, 0.36]])
_CROPS = np.array([[0.50, 0.62, 0.24], [0.86, 0.72, 0.32], [0.62, 0.52, 0.68], [0.66, 0.46, 0.28]])
_CROPS = np.vstack([_CROPS, [[0.32, 0.50, 0.24], [0.80, 0.58, 0.30]]])
_SNOW = tone(0.95, 0.96, 1.0)


def paint_scene(c: Canvas, dice: Dice) -> dict[str, np.ndarray]:
    """Paint a landscape on each picture; returns `FACTORS` of each, (n, 1, 1)."""
    s = SimpleNamespace()
    for name, words in FACTORS.items():
        setattr(s, name, dice.integer(0, len(words) - 1))
    known = dict(vars(s))
    #: The side that the light comes from: -1 left, 1 right.
    s.side = choose((-1, 1), s.light)
    s.lit, s.shaded, s.air = (pick(t, s.time) for t in (_LIT, _SHADED, _HORIZON))
    s.horizon = dice.uniform(-0.12, 0.16)
    # The building stands on one side, the tree in front on the other.
    s.building_side = 2 * dice.chance(0.5) - 1
    _sky(c, s, dice)
    _mountains(c, s, dice)
    _hills(c, s, dice)
    _fields(c, s, dice)
    foot = s.horizon - dice.uniform(0.10, 0.16)
    _row_of_trees(c, s, dice)
    paint_building(c, s, dice, s.building_side * dice.uniform(0.22, 0.52), foot)
    _water(c, s, dice, foot - dice.uniform(0.05, 0.09))
    paint_tree(c, s, dice)
    return known


def _sky(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """A gradient, sun or moon with its glow, and clouds that are lit from there."""
    up = ramp(c.y, s.horizon - 0.05, 1.15)
    c.planes[...] = mix(s.air, pick(_ZENITH, s.time), np.sqrt(up))
    x, y = s.side * dice.uniform(0.30, 0.72), choose((0.70, 0.24, 0.62), s.time)
    y = y + dice.uniform(-0.06, 0.10) + np.where(s.time == 1, s.horizon, np.float32(0))
    away = np.sqrt((c.x - x) ** 2 + (c.y - y) ** 2)
    c.planes += pick(_GLOW, s.time) / (1 + (away / choose((0.4, 0.5, 0.35), s.time)) ** 2)
    radius = choose((0.105, 0.12, 0.11), s.time)
    disc = c.soft(away - radius)
    cover, streaked = dice.uniform(-0.75, 0.05), clouds(c, dice, 7, 3, octaves=4)
    puffs = streaked + cover
    # A cloud is darker where there is more of it on the side of the light.
    step = max(1, c.shape[0] // 24)
    shift = np.where(s.side[:, 0, 0] < 0, -step, step)
    toward = np.where(shift[:, None, None] < 0, _moved(puffs, -step), _moved(puffs, step))
    toward[:, step:] = 0.5 * toward[:, step:] + 0.5 * puffs[:, :-step]
    bright = np.clip(0.62 + 1.2 * (puffs - toward), 0, 1)
    c.paint(disc, pick(_DISC, s.time))
    cloud = mix(pick(_CLOUD_SHADE, s.time), pick(_CLOUD, s.time), bright)
    c.paint(np.clip(2.0 * puffs, 0, 0.92) * (1 - 0.75 * disc), cloud)


def _moved(plane: np.ndarray, columns: int) -> np.ndarray:
    """What lies some columns to the right (or left) of each pixel; the edge counts beyond."""
    index = np.clip(np.arange(plane.shape[-1]) + columns, 0, plane.shape[-1] - 1)
    return plane[..., index]


def _mountains(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """A range with snow on its heights, its flanks turned to the light or away from it."""
    there = s.land == 2
    tall = np.where(there, dice.uniform(0.6, 0.85), np.float32(0))
    outline = peaks(c, dice, 4, octaves=3)
    crest = s.horizon + np.where(there, np.float32(0.12), np.float32(-9)) + tall * outline
    part = c.band(s.horizon - 0.2, s.horizon + 1.1)
    # Flanks swerve as they come down from the crest.
    rough = clouds(part, dice, 10, 9, octaves=3)
    leaning = np.gradient(outline, axis=2) * (1 / c.pixel)
    flank = 0.9 * rough + np.clip(-s.side * leaning, -0.8, 0.8) * 0.5
    bright = ramp(flank, -0.35, 0.45)
    rock = under_light(s, mix(tone(0.30, 0.33, 0.42), tone(0.64, 0.58, 0.54), bright), bright)
    snow = under_light(s, _SNOW, 0.25 + 0.75 * bright)
    line = s.horizon + 0.26 + 0.12 * rough
    colour = mix(rock, snow, ramp(part.y, line, line + 0.08))
    far = 0.55 * (1 - ramp(part.y, s.horizon - 0.1, s.horizon + 0.45)) + 0.10
    part.paint(part.below(crest), mix(colour, s.air, far))


def _hills(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """Two ranges of rolling hills, or a low far line of woods."""
    swell = choose((0.02, 0.32, 0.05), s.land)
    for base, near in ((0.10, 0.45), (0.0, 0.75)):
        crest = s.horizon + (base + swell * dice.uniform(0.5, 0.7)) * flag(s.land > 0)
        crest = crest + swell * profile(c, dice, 3, octaves=2) + 0.02
        part = c.band(s.horizon - 0.4, crest)
        slope = np.gradient(crest, axis=2) / c.pixel
        folds = clouds(part, dice, 7, 5, octaves=3)
        bright = np.clip(0.5 - 0.9 * s.side * slope + 0.5 * folds, 0, 1)
        green = mix(tone(0.26, 0.38, 0.24), tone(0.52, 0.58, 0.30), ramp(folds, -0.3, 0.5))
        colour = mix(s.air, under_light(s, green, bright), np.float32(near))
        part.paint(part.below(crest), colour)


def _fields(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """Fields that run to the horizon in furrows, of two crops."""
    edge = s.horizon - 0.05 + 0.02 * profile(c, dice, 3)
    part = c.band(np.float32(-1), edge)
    down = np.maximum(s.horizon + 0.02 - part.y, np.float32(0.02))
    # Seen in perspective: where a place lies across, and how far away.
    across = (c.x - dice.uniform(-0.5, 0.5)) / down
    far = 0.22 / down
    waves, blades = clouds(part, dice, 8, 4, octaves=2), clouds(part, dice, 64, 40, octaves=2)
    near_crop, far_crop = dice.colour(_CROPS), dice.colour(_CROPS)
    border = dice.uniform(0.3, 0.5)
    crop = mix(near_crop, far_crop, ramp(far + 0.12 * waves, border, border + 0.05))
    turn = dice.uniform(-0.5, 0.5)
    furrow = (across + turn * far * 4) * dice.uniform(0.9, 1.3)
    furrow -= np.floor(furrow)
    ridge = 1 - np.abs(2 * furrow - 1)
    fine = ramp(down, 0.1, 0.5)
    bright = np.clip(0.66 + 0.2 * waves + 0.4 * (ridge - 0.5) * fine + 0.3 * blades, 0, 1)
    colour = under_light(s, crop * (0.86 + 0.28 * ridge * fine), bright)
    colour = mix(colour, s.air, 0.45 * (1 - ramp(down, 0, 0.3)))
    part.paint(part.below(edge), colour)


def _row_of_trees(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """Small trees and hedges in the distance."""
    foot = s.horizon - dice.uniform(0.05, 0.08)
    strip = c.band(foot - 0.05, foot + 0.3)
    tall = dice.uniform(0.14, 0.22)
    row = SpruceRow(
        strip, dice, dice.uniform(-2, -1), 0.5 * tall, foot, tall, dice.uniform(0.2, 0.8)
    )
    bright = np.clip(0.4 + 0.5 * s.side * row.across, 0, 1)
    strip.paint(row.branches, mix(s.air, under_light(s, tone(0.20, 0.34, 0.20), bright), 0.8))
    bump = np.abs(profile(strip, dice, 22, octaves=2))
    hedge = strip.below(foot + 0.015 + 0.07 * bump) * strip.between(strip.y, foot - 0.02, 9)
    rough = clouds(strip, dice, 60, 36)
    colour = under_light(s, tone(0.30, 0.42, 0.20), np.clip(0.4 + 0.4 * rough, 0, 1))
    strip.paint(hedge, mix(s.air, colour, np.float32(0.85)))


def _water(c: Canvas, s: SimpleNamespace, dice: Dice, shore: np.ndarray) -> None:
    """A lake that mirrors what stands behind it, with ripples."""
    bank = shore - dice.uniform(0.34, 0.46) + 0.10 * profile(c, dice, 2, octaves=2)
    far_bank = shore + 0.012 * profile(c, dice, 8)
    part = c.band(np.float32(-1), shore + 0.05)
    ripples = clouds(part, dice, 44, 5, octaves=2)
    depth = np.maximum(shore - part.y, 0)
    # The rows above the shore, upside down; ripples pull them about.
    mirrored = shore + depth * 1.15 + 0.05 * ripples * (0.15 + depth)
    row = np.clip(np.round((c.y[:, :1] - mirrored) / c.pixel), 0, c.shape[0] - 1).astype(np.int32)
    width = c.shape[1]
    place = row * width + np.arange(width, dtype=np.int32)
    place += np.arange(len(row), dtype=np.int32)[:, None, None] * (width * c.shape[0])
    mirror = np.stack([plane.ravel().take(place) for plane in c.planes])
    tint = under_light(s, tone(0.20, 0.38, 0.46), np.float32(0.6))
    water = mix(mirror, np.broadcast_to(tint, mirror.shape), 0.16 + 0.5 * depth)
    water += 0.16 * np.clip(ripples, 0, 1) * s.air
    water -= 0.10 * np.clip(-ripples, 0, 1)
    there = flag(s.water == 1)
    shown = part.below(far_bank) * part.soft(bank - part.y) * there
    mud = under_light(s, tone(0.42, 0.36, 0.26), np.float32(0.5))
    rim = part.below(far_bank + 0.018) * part.soft(bank - 0.035 - part.y) * there
    part.paint(rim, mud)
    part.paint(shown, water)
