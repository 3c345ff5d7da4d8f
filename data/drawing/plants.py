"""Trees: rows of spruces, and one broad-leaved tree at a time."""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds

_CELLS = 64


class SpruceRow:
    """A row of spruces, one a cell, differing in height and place; some cells are empty.

    Attributes:
        coverage: float32 (n, h, w).
        height: 0 at each tree's foot and 1 at its top, for every pixel.
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
        place = (c.x - start) / period
        number = np.floor(place)
        first = np.arange(len(number), dtype=np.int32)[:, None, None] * _CELLS
        cell = first + (number.astype(np.int32) & (_CELLS - 1))

        def each(low: float, high: float) -> np.ndarray:
            return (low + (high - low) * dice.field(1, _CELLS)).ravel().take(cell)

        there = each(0, 1) < share
        size = tall * each(0.62, 1.0)
        middle = (number + 0.5 + stray * each(-1, 1)) * period + start
        self.height = (c.y - foot) / size
        spread = np.minimum(size * each(0.22, 0.30), 0.8 * period)
        tiers = self.height * 5
        self.tier = 1 - (tiers - np.floor(tiers))
        half = spread * np.clip(1 - self.height, 0, 1) * (0.66 + 0.42 * self.tier)
        away = c.x - middle
        self.across = np.clip(away / np.maximum(half, 1e-3), -1, 1)
        branches = c.soft(np.abs(away) - half) * c.between(self.height, 0.08, 1.05)
        trunk = c.soft(np.abs(away) - 0.05 * size) * c.between(self.height, -0.06, 0.2)
        self.coverage = np.maximum(branches, trunk) * there


class BroadTree:
    """One broad-leaved tree for each picture.

    Attributes:
        crown: Coverage of the leaves, (n, h, w).
        wood: Coverage of trunk and boughs, of which the crown hides most.
        clump: Noise that lightens and darkens the foliage.
        across, up: Place in the crown, -1 to 1.
    """

    def __init__(self, c: Canvas, dice: Dice, middle, foot, tall):
        """Plant it with its trunk at `middle`, its foot at `foot`, `tall` high."""
        away, height = c.x - middle, (c.y - foot) / tall
        self.clump = clouds(c, dice, 13, 13, octaves=3)
        wide = tall * dice.uniform(0.30, 0.38)
        self.across, self.up = away / wide, (height - 0.64) / 0.36
        radius = np.sqrt(self.across**2 + self.up**2)
        self.crown = c.soft((radius - 0.91 - 0.2 * self.clump) * wide)
        bend = 0.06 * tall * np.sin(3 * height + dice.uniform(0, 6))
        trunk = c.soft(np.abs(away - bend) - 0.05 * tall * np.clip(1.15 - height, 0.2, 1.2))
        trunk *= c.between(height, -0.02, 0.75)
        # Boughs fan out from the trunk's upper part, wandering a little.
        fork = np.maximum(height - 0.28, 1e-3)
        lean = (away - bend) / tall / fork + 0.07 * self.clump
        distance = fork * tall
        open_angle = 0.24 * np.maximum(distance, 0.02)
        boughs = c.stripes(lean * distance, 0, open_angle, np.minimum(0.014 * tall, open_angle))
        inside = np.clip((0.97 + 0.1 * self.clump - radius) * 8, 0, 1)
        boughs *= inside * (height > 0.3)
        self.wood = np.maximum(trunk, boughs)
