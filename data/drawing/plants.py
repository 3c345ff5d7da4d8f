"""Trees: rows of spruces, and one broad-leaved tree at a time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.tables import look_up
from data.drawing.values import ramp

_CELLS = 64


class SpruceRow:
    """A row of spruces, one a cell, differing in height and place; some cells are empty.

    Attributes:
        branches, trunk: Coverage, float32 (n, h, w).
        tier: 0 at the upper edge of a tier of branches and 1 at its lower edge.
        across: -1 to 1 from a tree's left edge to its right.
    """

    def __init__(self, c: Canvas, dice: Dice, start, period, foot, tall, share, stray=0.18):
        """Plant the row.

        Args:
            start, period: Where the cells begin, and their width.
            foot: Height of the ground, which may change along x: (n, 1, 1 or w).
            tall: Height of the tallest.
            share: How many of the cells have a tree.
            stray: How far a tree may stand from its cell's middle, in cells.
        """
        number = np.floor((c.x - start) / period)
        first = np.arange(len(number), dtype=np.int32)[:, None, None] * _CELLS
        cell = first + (number.astype(np.int32) & (_CELLS - 1))

        def each(low: float, high: float) -> np.ndarray:
            return (low + (high - low) * dice.field(1, _CELLS)).ravel().take(cell)

        there = each(0, 1) < share
        size = tall * each(0.62, 1.0)
        middle = (number + 0.5 + stray * each(-1, 1)) * period + start
        if foot.shape[-1] > 1:
            foot = _ground_at(c, foot, middle)
        height = (c.y - foot) / size
        spread = np.minimum(size * each(0.22, 0.30), 0.8 * period)
        tiers = height * 5
        self.tier = 1 - (tiers - np.floor(tiers))
        half = spread * np.clip(1 - height, 0, 1) * (0.66 + 0.42 * self.tier)
        away = c.x - middle
        self.across = np.clip(away / np.maximum(half, 1e-3), -1, 1)
        self.branches = c.soft(np.abs(away) - half) * c.between(height, 0.08, 1.05) * there
        self.trunk = c.soft(np.abs(away) - 0.04 * size) * c.between(height, -0.04, 0.1) * there


def _ground_at(c: Canvas, ground: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """The height of the ground where each tree stands, so that no tree is sheared by a slope."""
    width = ground.shape[-1]
    column = np.round((middle - c.x[0, 0, 0]) / c.pixel).astype(np.int32)
    picture = np.arange(len(ground), dtype=np.int32)[:, None, None] * width
    return ground.ravel().take(picture + np.clip(column, 0, width - 1))


@lru_cache(maxsize=1)
def _bare_trees(count: int = 8, cells: int = 128) -> np.ndarray:
    """Trunks with boughs and twigs, as distances: (count, cells, cells), foot at (0, -1)."""
    centres = (np.arange(cells) + 0.5) * (2 / cells) - 1
    x, y = np.meshgrid(centres, centres)
    tables = np.full((count, cells, cells), np.inf)
    for number, table in enumerate(tables):
        random = np.random.default_rng(number)

        def grow(foot, angle, length, width, generation, table=table, random=random):
            tip = foot + length * np.array([np.sin(angle), np.cos(angle)])
            along = tip - foot
            share = ((x - foot[0]) * along[0] + (y - foot[1]) * along[1]) / (along @ along)
            share = np.clip(share, 0, 1)
            away = np.hypot(x - foot[0] - share * along[0], y - foot[1] - share * along[1])
            np.minimum(table, away - width * (1 - 0.4 * share), out=table)
            if generation == 4:
                return
            turns = np.linspace(-0.62, 0.62, 3 if generation < 3 else 2)
            for turn in turns + random.uniform(-0.16, 0.16, len(turns)):
                # Boughs bend upwards again.
                onward = 0.85 * (angle + turn)
                shorter = length * random.uniform(0.56, 0.78)
                grow(tip, onward, shorter, 0.6 * width, generation + 1)

        grow(np.array([0.0, -1.05]), random.uniform(-0.06, 0.06), 0.8, 0.085, 0)
    return tables.astype(np.float32)


class BroadTree:
    """One broad-leaved tree for each picture.

    Attributes:
        crown: Coverage of the leaves, (n, h, w).
        wood: Coverage of trunk, boughs and twigs, of which the leaves hide most.
        clump: Noise that lightens and darkens the foliage, and is dense where it is high.
        across, up: Place in the crown, about -1 to 1.
    """

    def __init__(self, c: Canvas, dice: Dice, middle, foot, tall):
        """Plant it with its trunk at `middle`, its foot at `foot`, `tall` high."""
        self.clump = clouds(c, dice, 16, 16, octaves=2)
        wide = tall * dice.uniform(0.32, 0.40)
        away, height = c.x - middle, (c.y - foot) / tall
        self.across, self.up = away / wide, (height - 0.66) / 0.36
        radius = np.sqrt(self.across**2 + self.up**2)
        self.crown = c.soft((radius - 0.91 - 0.2 * self.clump) * wide)
        trees = _bare_trees()
        kind, mirror = dice.integer(0, len(trees) - 1)[:, 0, 0], 2 * dice.chance(0.5) - 1
        x = np.broadcast_to(mirror * away / (1.15 * wide), radius.shape)
        y = np.broadcast_to(2 * height - 1, radius.shape)
        self.wood = c.soft(look_up(trees, kind, x, y) * (0.6 * tall))
        # Only the trunk is seen below the leaves, and beyond the table there is nothing.
        self.wood *= np.maximum(self.crown, c.between(height, -0.02, 0.42)) * (np.abs(x) < 1)
        self._rim = ramp(radius, 1.0, 0.55)

    def rime(self) -> np.ndarray:
        """How much of each place in the bare crown white twigs cover."""
        return self.crown * (0.25 + 0.35 * self._rim + 0.3 * ramp(self.clump, -0.4, 0.5))
