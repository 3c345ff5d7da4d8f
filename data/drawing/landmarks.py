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


def under_light(s: SimpleNamespace, colour: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """A surface's colour where it faces the light (`bright` 1) or not (0)."""
    return colour * mix(s.shaded, s.lit, bright)


def _shadow(c: Canvas, s: SimpleNamespace, x, foot, wide, deep) -> None:
    """A soft shadow on the ground, away from the light."""
    part = c.band(foot - 2 * deep, foot + deep)
    away = ((x + 0.75 * s.side * wide) / (1.6 * wide)) ** 2 + ((part.y - foot) / deep) ** 2
    part.paint(0.62 * np.sqrt(np.clip(1 - away, 0, 1)), s.shaded * tone(0.34, 0.36, 0.30))


def paint_building(c: Canvas, s: SimpleNamespace, dice: Dice, middle, foot) -> None:
    """The building, if the scene has one, with its foot at a height."""
    part = c.window(foot - 0.15, foot + 1.15, middle - 0.9, middle + 0.9)
    lamp = choose((0.25, 0.9, 1.0), s.time) * tone(1.0, 0.82, 0.42)
    b = SimpleNamespace(
        part=part,
        s=s,
        x=part.x - middle,
        foot=foot,
        scale=dice.uniform(0.9, 1.15),
        wall=dice.colour(_WALLS),
        tiles=dice.colour(_TILES),
        glass=mix(tone(0.20, 0.26, 0.34), lamp, choose((0.0, 0.6, 1.0), s.time)),
        stones=1 - 0.10 * part.stripes(part.y, foot, 0.05, 0.016),
    )
    there = flag(s.building > 0)
    _shadow(part, s, b.x, foot, 0.3 * there * b.scale + 1e-3, 0.07 * there + 1e-3)
    corner = _house(b)
    _church_tower(b, corner)
    _windmill(b, dice)


def _house(b: SimpleNamespace) -> np.ndarray:
    """A house, or the nave of a church: a gable wall in the light, and a long wall in shade.

    Returns:
        Where the corner between the two walls is.
    """
    part, s, x, foot, scale = b.part, b.s, b.x, b.foot, b.scale
    there, m = flag((s.building == 1) | (s.building == 2)), s.side
    half, high, long, rise = 0.17 * scale, 0.24 * scale, 0.30 * scale, 0.19 * scale
    eaves = foot + high
    corner = m * half * 0.2
    left_gable = np.minimum(corner, corner + m * 1.5 * half)
    left_long = np.minimum(corner, corner - m * long)
    apex = left_gable + 0.75 * half
    for left, wide, bright in ((left_long, long, 0.24), (left_gable, 1.5 * half, 0.92)):
        wall = part.box(x, left, left + wide, foot, eaves) * there
        part.paint(wall, under_light(s, b.wall * b.stones, np.float32(bright)))
    gable = part.trapezoid(x - apex, eaves - 0.01, eaves + rise, 0.75 * half, 0 * half)
    part.paint(gable * there, under_light(s, b.wall, np.float32(0.92)))
    # The roof over the long wall leans back from the eaves to the ridge, which ends at the apex.
    up = np.clip((part.y - eaves) / rise, 0, 1)
    near_end = corner + (apex - corner) * up + m * 0.025
    far_end = corner - m * long - m * 0.02 + m * 0.10 * up
    roof = part.soft(m * (x - near_end)) * part.soft(m * (far_end - x))
    roof = roof * part.between(part.y, eaves - 0.03, eaves + rise + 0.012)
    rows = 1 - 0.16 * part.stripes(part.y, foot, 0.045, 0.015)
    part.paint(roof * there, under_light(s, b.tiles * rows, np.float32(0.45)))
    # The other slope is seen as an edge only.
    verge = np.abs(part.y - (eaves + rise * (1 - np.abs(x - apex) / (0.75 * half)))) - 0.018
    verge = part.soft(verge) * part.between(x, left_gable - 0.02, left_gable + 1.5 * half + 0.02)
    verge = verge * part.between(part.y, eaves - 0.03, 9) * there
    part.paint(verge, under_light(s, b.tiles, np.float32(0.8)))
    panes = part.stripes(x, corner - m * long / 4, long / 2, long * 0.17)
    panes = panes * part.between(x, left_long, left_long + long)
    panes = panes * part.between(part.y, foot + 0.4 * high, foot + 0.78 * high)
    part.paint(panes * there, b.glass)
    door = part.box(x - apex, -0.04 * scale, 0.04 * scale, foot, foot + 0.15 * scale)
    part.paint(door * there, under_light(s, _WOOD, np.float32(0.4)))
    part.paint(part.box(x - apex, -0.03, 0.03, eaves + 0.01, eaves + 0.075) * there, b.glass)
    stack = part.box(x - corner + m * long * 0.7, -0.03, 0.03, eaves, eaves + 0.25)
    brick = under_light(s, tone(0.58, 0.40, 0.34), np.float32(0.5))
    part.paint(stack * flag(s.building == 1), brick)
    return corner


def _church_tower(b: SimpleNamespace, corner: np.ndarray) -> None:
    """A tower with a steep spire, where the walls of the nave meet."""
    part, s, foot, scale = b.part, b.s, b.foot, b.scale
    there, x, half = flag(s.building == 2), b.x - corner + 0.02 * s.side, 0.10 * scale
    top = foot + 0.52 * scale
    bright = 0.18 + 0.7 * ramp(s.side * x, -0.01, 0.01)
    wall = part.box(x, -half, half, foot + 0.16, top) * there
    part.paint(wall, under_light(s, b.wall * b.stones, bright))
    belfry = part.box(np.abs(x) - 0.045, -0.016, 0.016, top - 0.14, top - 0.05)
    part.paint(belfry * there, tone(0.10, 0.10, 0.14) * s.lit)
    spire = part.trapezoid(x, top - 0.005, top + 0.36 * scale, half + 0.02, 0 * half)
    part.paint(spire * there, under_light(s, b.tiles, bright))


def _windmill(b: SimpleNamespace, dice: Dice) -> None:
    """A tapering tower with a cap, and four sails of lattice and cloth."""
    part, s, x, foot = b.part, b.s, b.x, b.foot
    there, tall = flag(s.building == 3), 0.50 * b.scale
    taper = 0.16 - 0.06 * np.clip((part.y - foot) / tall, 0, 1)
    tower = part.soft(np.abs(x) - taper) * part.between(part.y, foot, foot + tall) * there
    bright = np.clip(0.5 + 0.55 * s.side * x / taper, 0, 1)
    part.paint(tower, under_light(s, b.wall * b.stones, bright))
    door = part.box(x, -0.035, 0.035, foot, foot + 0.14) * there
    part.paint(door, under_light(s, _WOOD, np.float32(0.4)))
    part.paint(part.box(x, -0.025, 0.025, foot + 0.24, foot + 0.31) * there, b.glass)
    cap = part.ellipse(x, part.y - foot - tall, np.float32(0.125), np.float32(0.09)) * there
    cap = cap * part.between(part.y, foot + tall - 0.02, 9)
    part.paint(cap, under_light(s, b.tiles, bright))
    turn, up = dice.uniform(0, 1.57), part.y - foot - tall - 0.02
    cos, sin = np.cos(turn), np.sin(turn)
    for a, c in ((cos, sin), (-sin, cos)):
        along, beside = a * x + c * up, a * up - c * x
        ends = part.soft(np.abs(along) - 0.42 * b.scale) * there
        # The cloth hangs on the same side of each arm.
        beside = beside * np.where(along > 0, np.float32(1), np.float32(-1))
        cloth = part.soft(np.abs(beside - 0.04) - 0.042) * part.soft(0.09 - np.abs(along)) * ends
        lattice = 1 - 0.45 * part.stripes(along, 0, 0.07, 0.02)
        canvas = under_light(s, tone(0.90, 0.84, 0.70) * lattice, np.float32(0.85))
        part.paint(0.9 * cloth, canvas)
        arm = part.soft(np.abs(beside) - 0.013) * ends
        part.paint(arm, under_light(s, _WOOD, np.float32(0.3)))


def paint_tree(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    """Poplars, a spruce or an oak in front, on the side that the building is not on."""
    middle = -s.building_side * dice.uniform(0.58, 0.80)
    foot, tall = dice.uniform(-0.90, -0.76), dice.uniform(1.30, 1.55)
    leaf = dice.near(np.broadcast_to(tone(0.34, 0.50, 0.18), (3, *foot.shape)), 0.08)
    _shadow(c, s, c.x - middle, foot, 0.26 * tall, np.float32(0.08))
    part = c.window(foot - 0.1, np.float32(1), middle - 0.85, middle + 0.85)
    _oak(part, s, dice, (middle, foot, tall), leaf)
    _spruce(part, s, dice, (middle, foot, tall), leaf)
    _poplars(part, s, dice, (middle, foot, tall), leaf)


def _oak(part: Canvas, s: SimpleNamespace, dice: Dice, place, leaf: np.ndarray) -> None:
    middle, foot, tall = place
    there, oak = flag(s.tree == 2), BroadTree(part, dice, middle, foot, tall * 0.86)
    bright = np.clip(0.5 + 4 * s.side * oak.across, 0, 1)
    part.paint(oak.wood * there, under_light(s, tone(0.46, 0.36, 0.28), bright))
    bright = np.clip(0.42 + 0.34 * (s.side * oak.across + oak.up) + 0.5 * oak.clump, 0, 1)
    part.paint(oak.crown * there, under_light(s, leaf, bright))


def _spruce(part: Canvas, s: SimpleNamespace, dice: Dice, place, leaf: np.ndarray) -> None:
    middle, foot, tall = place
    there = flag(s.tree == 1)
    # A row whose cells are wider than the picture: one tree is seen.
    row = SpruceRow(part, dice, middle - 2, np.float32(4), foot, tall * 1.05, 1, stray=0)
    bright = np.clip(0.45 + 0.6 * s.side * row.across, 0, 1) * (1 - 0.6 * row.tier)
    part.paint(row.trunk * there, under_light(s, _WOOD, np.float32(0.4)))
    needles = mix(leaf, np.broadcast_to(tone(0.12, 0.30, 0.24), leaf.shape), np.float32(0.75))
    part.paint(row.branches * there, under_light(s, needles, bright))


def _poplars(part: Canvas, s: SimpleNamespace, dice: Dice, place, leaf: np.ndarray) -> None:
    middle, foot, tall = place
    there, rough = flag(s.tree == 0), clouds(part, dice, 26, 26, octaves=2)
    for step, shorter, deeper in ((-0.26, 0.80, 0.05), (0.24, 0.9, 0.03), (0.0, 1.0, 0.0)):
        x = part.x - middle - step - dice.uniform(-0.04, 0.04)
        up = (part.y - foot - deeper) / (tall * shorter * dice.uniform(0.88, 1.0))
        # Widest at a third of the height, and pointed.
        outline = 4.2 * (up - 0.06) * np.clip(1.02 - up, 0, 2) ** 1.4
        wide = 0.125 * np.sqrt(np.clip(outline, 0, 1)) + 1e-3
        crown = part.soft(np.abs(x) - wide * (1 + 0.42 * rough)) * part.between(up, 0.06, 1.02)
        bright = np.clip(0.42 + 0.5 * s.side * np.clip(x / wide, -1, 1) + 0.5 * rough, 0, 1)
        stem = part.soft(np.abs(x) - 0.016) * part.between(up, -0.01, 0.2) * there
        part.paint(stem, under_light(s, _WOOD, np.float32(0.5)))
        part.paint(crown * there, under_light(s, leaf, bright))
