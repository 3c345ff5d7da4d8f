"""What stands in a landscape: a house, a church or a windmill, and the trees in front."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.plants import BroadTree, SpruceRow
from data.drawing.values import choose, flag, mix, ramp, tone

_WALLS = np.array([[0.92, 0.88, 0.80], [0.88, 0.70, 0.46], [0.74, 0.46, 0.36], [0.70, 0.68, 0.64]])
_TILES = np.array([[0.66, 0.28, 0.18], [0.34, 0.36, 0.44], [0.48, 0.30, 0.20]])
_WOOD = tone(0.36, 0.25, 0.18)


def _under(s: SimpleNamespace, colour: np.ndarray, bright: np.ndarray) -> np.ndarray:
    return colour * mix(s.shaded, s.lit, bright)


def paint_shadow(c: Canvas, s: SimpleNamespace, x, foot, wide, deep) -> None:
    """A soft shadow on the ground, away from the light."""
    part = c.band(foot - 2 * deep, foot + deep)
    away = ((x + 0.75 * s.side * wide) / (1.6 * wide)) ** 2 + ((part.y - foot) / deep) ** 2
    part.paint(0.62 * np.sqrt(np.clip(1 - away, 0, 1)), s.shaded * tone(0.34, 0.36, 0.30))


def paint_building(c: Canvas, s: SimpleNamespace, dice: Dice, middle, foot) -> None:
    """The building, if the scene has one, with its foot at a height."""
    wall, tiles = dice.colour(_WALLS), dice.colour(_TILES)
    scale = dice.uniform(0.9, 1.15)
    there = flag(s.building > 0)
    x = c.x - middle
    glass = choose((0.25, 0.9, 1.0), s.time) * tone(1.0, 0.82, 0.42)
    glass = mix(tone(0.20, 0.26, 0.34), glass, choose((0.0, 0.6, 1.0), s.time))
    part = c.window(foot - 0.15, foot + 1.05, middle - 0.62, middle + 0.62)
    x = part.x - middle
    # One corner is turned to us: the wall on the light's side is bright, the other dark.
    is_house, is_church, is_mill = (flag(s.building == k) for k in (1, 2, 3))
    paint_shadow(part, s, x, foot, 0.3 * there * scale + 1e-3, 0.07 * there + 1e-3)
    stones = 1 - 0.10 * part.stripes(part.y, foot, 0.05, 0.016)
    lit_side, dark_side = np.float32(0.92), np.float32(0.12)

    def block(left, right, low, high, shown, bright, colour):
        part.paint(part.box(x, left, right, low, high) * shown, _under(s, colour * stones, bright))

    # House and nave: a gable wall and a long wall beside it, under a roof.
    body = is_house + is_church
    half, high = 0.17 * scale, 0.24 * scale
    long = 0.30 * scale
    m = s.side
    left_gable = np.minimum(m * half * 0.2, m * (half * 0.2 + 2 * half * 0.75))
    right_gable = left_gable + 1.5 * half
    corner = m * half * 0.2
    left_long = np.minimum(corner, corner - m * long)
    block(left_long, left_long + long, foot, foot + high, body, dark_side + 0.12, wall)
    block(left_gable, right_gable, foot, foot + high, body, lit_side, wall)
    rise = 0.19 * scale
    apex = (left_gable + right_gable) / 2
    gable = part.trapezoid(x - apex, foot + high - 0.01, foot + high + rise, 0.75 * half, 0 * half)
    part.paint(gable * body, _under(s, wall, lit_side))
    # The roof over the long wall leans back from the eaves to the ridge, which ends at the apex.
    up = np.clip((part.y - foot - high) / rise, 0, 1)
    near_end = corner + (apex - corner) * up + m * 0.025
    far_end = corner - m * long - m * 0.02 + m * 0.10 * up
    roof = part.soft(m * (x - near_end)) * part.soft(m * (far_end - x))
    roof = roof * part.between(part.y, foot + high - 0.03, foot + high + rise + 0.012)
    rows = 1 - 0.16 * part.stripes(part.y, foot, 0.045, 0.015)
    part.paint(roof * body, _under(s, tiles * rows, np.float32(0.45)))
    # The other slope is seen as an edge only.
    verge = np.abs(part.y - (foot + high + rise * (1 - np.abs(x - apex) / (0.75 * half)))) - 0.018
    verge = part.soft(verge) * part.between(x, left_gable - 0.02, right_gable + 0.02)
    part.paint(verge * part.between(part.y, foot + high - 0.03, 9) * body, _under(s, tiles, 0.8))
    panes = part.stripes(x, corner - m * long / 4, long / 2, long * 0.17)
    panes = panes * part.between(x, left_long, left_long + long)
    part.paint(panes * part.between(part.y, foot + 0.4 * high, foot + 0.78 * high) * body, glass)
    door = part.box(x - apex, -0.04 * scale, 0.04 * scale, foot, foot + 0.15 * scale)
    part.paint(door * body, _under(s, _WOOD, np.float32(0.4)))
    attic = part.box(x - apex, -0.03, 0.03, foot + high + 0.01, foot + high + 0.075)
    part.paint(attic * body, glass)
    stack = part.box(x - corner + m * long * 0.7, -0.03, 0.03, foot + high, foot + high + 0.25)
    part.paint(stack * is_house, _under(s, tone(0.58, 0.40, 0.34), np.float32(0.5)))

    # A church has its tower behind the gable, with a steep spire.
    tower = 0.10 * scale
    tx = x - corner + m * 0.02
    top = foot + 0.52 * scale
    round_light = ramp(m * tx, -0.01, 0.01)
    stone = _under(s, wall * stones, 0.18 + 0.7 * round_light)
    part.paint(part.box(tx, -tower, tower, foot + 0.16, top) * is_church, stone)
    belfry = part.box(np.abs(tx) - 0.045, -0.016, 0.016, top - 0.14, top - 0.05)
    part.paint(belfry * is_church, tone(0.10, 0.10, 0.14) * s.lit)
    spire = part.trapezoid(tx, top - 0.005, top + 0.36 * scale, tower + 0.02, 0 * tower)
    part.paint(spire * is_church, _under(s, tiles, 0.15 + 0.7 * round_light))

    # A windmill: a tapering tower, a cap, and four sails of lattice.
    tall = 0.50 * scale
    up = np.clip((part.y - foot) / tall, 0, 1)
    taper = 0.16 - 0.06 * up
    hull = part.soft(np.abs(x) - taper) * part.between(part.y, foot, foot + tall) * is_mill
    curve = np.clip(0.5 + 0.55 * m * x / taper, 0, 1)
    part.paint(hull, _under(s, wall * stones, curve))
    part.paint(part.box(x, -0.035, 0.035, foot, foot + 0.14) * is_mill, _under(s, _WOOD, 0.4))
    part.paint(part.box(x, -0.025, 0.025, foot + 0.24, foot + 0.31) * is_mill, glass)
    cap = part.ellipse(x, part.y - foot - tall, np.float32(0.125), np.float32(0.09)) * is_mill
    part.paint(cap * part.between(part.y, foot + tall - 0.02, 9), _under(s, tiles, curve))
    turn = dice.uniform(0, 1.57)
    cos, sin, hub = np.cos(turn), np.sin(turn), part.y - foot - tall - 0.02
    for a, b in ((cos, sin), (-sin, cos)):
        along, beside = a * x + b * hub, -b * x + a * hub
        ends = part.soft(np.abs(along) - 0.42 * scale)
        beside = beside * np.where(along > 0, np.float32(1), np.float32(-1))
        cloth = part.soft(np.abs(beside - 0.04) - 0.042) * part.soft(0.09 - np.abs(along)) * ends
        lattice = 1 - 0.45 * part.stripes(along, 0, 0.07, 0.02)
        part.paint(0.9 * cloth * is_mill, _under(s, tone(0.90, 0.84, 0.70) * lattice, 0.85))
        part.paint(part.soft(np.abs(beside) - 0.013) * ends * is_mill, _under(s, _WOOD, 0.3))


def paint_tree(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """Poplars, a spruce or an oak in front, on the side that the building is not on."""
    middle = -s.building_side * dice.uniform(0.58, 0.80)
    foot, tall = dice.uniform(-0.90, -0.76), dice.uniform(1.30, 1.55)
    is_row, is_spruce, is_oak = (flag(s.tree == k) for k in (0, 1, 2))
    leaf = dice.near(np.broadcast_to(tone(0.34, 0.50, 0.18), (3, *foot.shape)), 0.08)
    paint_shadow(c, s, c.x - middle, foot, 0.26 * tall, np.float32(0.08))
    part = c.window(foot - 0.1, np.float32(1), middle - 0.85, middle + 0.85)

    oak = BroadTree(part, dice, middle, foot, tall * 0.86)
    bark = _under(s, tone(0.46, 0.36, 0.28), np.clip(0.5 + 4 * s.side * oak.across, 0, 1))
    part.paint(oak.wood * is_oak, bark)
    bright = np.clip(0.42 + 0.34 * (s.side * oak.across + oak.up) + 0.5 * oak.clump, 0, 1)
    part.paint(oak.crown * is_oak, _under(s, leaf, bright))

    row = SpruceRow(part, dice, middle - 2, np.float32(4), foot, tall * 1.05, 1, stray=0)
    bright = np.clip(0.45 + 0.6 * s.side * row.across, 0, 1) * (1 - 0.6 * row.tier)
    part.paint(row.trunk * is_spruce, _under(s, _WOOD, np.float32(0.4)))
    needles = mix(leaf, np.broadcast_to(tone(0.12, 0.30, 0.24), leaf.shape), np.float32(0.75))
    part.paint(row.branches * is_spruce, _under(s, needles, bright))

    rough = clouds(part, dice, 26, 26, octaves=2)
    for step, shorter, deeper in ((-0.26, 0.80, 0.05), (0.24, 0.9, 0.03), (0.0, 1.0, 0.0)):
        x = part.x - middle - step - dice.uniform(-0.04, 0.04)
        height = tall * shorter * dice.uniform(0.88, 1.0)
        up = (part.y - foot - deeper) / height
        # Widest at a third of the height, and pointed.
        wide = (
            0.125 * np.sqrt(np.clip(4.2 * (up - 0.06) * np.clip(1.02 - up, 0, 2) ** 1.4, 0, 1))
            + 1e-3
        )
        crown = (
            part.soft(np.abs(x) - wide * (1 + 0.42 * rough)) * part.between(up, 0.06, 1.02) * is_row
        )
        across = np.clip(x / wide, -1, 1)
        bright = np.clip(0.42 + 0.5 * s.side * across + 0.5 * rough, 0, 1)
        stem = part.soft(np.abs(x) - 0.016) * part.between(up, -0.01, 0.2) * is_row
        part.paint(stem, _under(s, _WOOD, np.float32(0.5)))
        part.paint(crown, _under(s, leaf, bright))
