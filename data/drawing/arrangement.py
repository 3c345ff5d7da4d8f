"""Where pieces of fruit lie, stand or hang, and all else that a still life is made of."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.dice import Dice
from data.drawing.fruits import VIEWS

ON_TABLE, IN_BOWL, ON_BRANCH = range(3)
#: Most pieces in a picture.
MOST = 5

# Where pieces stand on a table, in radii: to the right, and further back. Some for each number.
_STANDING = (
    [[(0, 0)], [(0.2, 0.3)], [(-0.3, 0.1)]],
    [[(-1.05, 0), (1.05, 0.15)], [(-0.8, 0.75), (0.85, 0)], [(-1.5, 0.4), (1.4, 0)]],
    [
        [(-1.1, 0.9), (1.1, 0.8), (0, 0)],
        [(-2.1, 0.2), (0, 0), (2.1, 0.3)],
        [(0, 0.95), (-1.05, 0), (1.05, 0.1)],
    ],
    [
        [(-2.1, 0.9), (0, 1.05), (-1.05, 0), (1.1, 0)],
        [(-1.1, 0.95), (1.05, 1.05), (0, 0), (2.15, 0.1)],
        [(0, 1.15), (-2.1, 0.5), (2.1, 0.5), (0, 0)],
    ],
    [
        [(-2.1, 0.95), (0, 1.05), (2.1, 0.95), (-1.05, 0), (1.05, 0)],
        [(-1.05, 1), (1.05, 1.05), (-2.1, 0), (0, 0), (2.1, 0)],
        [(-2.3, 0.7), (0, 1.4), (2.3, 0.7), (-1.1, 0), (1.2, 0)],
    ],
)
# Where they lie in a bowl, in its half widths from the middle of its rim; the last is in front.
_PILED = (
    [[(0, 0.14)], [(0.12, 0.14)], [(-0.15, 0.14)]],
    [[(-0.42, 0.1), (0.42, 0.1)], [(-0.36, 0.18), (0.40, 0.06)], [(-0.45, 0.06), (0.34, 0.18)]],
    [
        [(0, 0.42), (-0.42, 0.06), (0.42, 0.06)],
        [(-0.45, 0.16), (0.45, 0.16), (0, 0.0)],
        [(0.05, 0.40), (0.46, 0.06), (-0.38, 0.04)],
    ],
    [
        [(-0.30, 0.42), (0.30, 0.40), (-0.52, 0.03), (0.46, 0.03)],
        [(0, 0.46), (-0.58, 0.06), (0.58, 0.06), (0, 0.0)],
        [(0.02, 0.46), (0.58, 0.06), (-0.58, 0.06), (0, 0.0)],
    ],
    [
        [(-0.30, 0.44), (0.30, 0.44), (-0.58, 0.05), (0.58, 0.05), (0, -0.01)],
        [(0.30, 0.46), (-0.30, 0.42), (0.58, 0.05), (-0.58, 0.05), (0, -0.01)],
        [(-0.28, 0.45), (0.32, 0.42), (-0.58, 0.04), (0.58, 0.05), (0, -0.02)],
    ],
)
# Where they hang: to the right, and how far down.
_HANGING = (
    [[(0, 0.2)], [(-0.2, 0.2)], [(0.2, 0.3)]],
    [[(-0.42, 0.1), (0.42, 0.4)], [(-0.44, 0.45), (0.40, 0.15)], [(-0.4, 0.2), (0.42, 0.25)]],
    [
        [(-0.58, 0.25), (0, 0.5), (0.58, 0.15)],
        [(-0.6, 0.1), (0.0, 0.6), (0.6, 0.3)],
        [(-0.58, 0.5), (0.02, 0.05), (0.6, 0.55)],
    ],
    [
        [(-0.68, 0.5), (-0.24, 0.0), (0.24, 0.7), (0.68, 0.1)],
        [(-0.66, 0.1), (-0.22, 0.7), (0.24, 0.1), (0.68, 0.6)],
        [(-0.68, 0.2), (-0.22, 0.65), (0.22, 0.0), (0.66, 0.75)],
    ],
    [
        [(-0.74, 0.15), (-0.38, 0.8), (0, 0.05), (0.38, 0.75), (0.74, 0.15)],
        [(-0.74, 0.7), (-0.37, 0.05), (0, 0.8), (0.38, 0.1), (0.74, 0.7)],
        [(-0.74, 0.3), (-0.36, 0.9), (-0.02, 0.15), (0.36, 0.8), (0.74, 0.05)],
    ],
)
# From the least to the most, for each number of pieces: on a table, in a bowl (of its half
# width), on a branch.
_RADII = np.float32(
    [
        [(0.40, 0.54), (0.33, 0.42), (0.27, 0.31), (0.25, 0.285), (0.245, 0.275)],
        [(0.44, 0.54), (0.37, 0.42), (0.34, 0.39), (0.29, 0.33), (0.28, 0.31)],
        [(0.36, 0.48), (0.31, 0.38), (0.26, 0.30), (0.23, 0.26), (0.21, 0.235)],
    ]
)
_HOW = np.zeros((3, MOST, 3, MOST, 2), np.float32)
for _place, _all in enumerate((_STANDING, _PILED, _HANGING)):
    for _number, _some in enumerate(_all):
        _HOW[_place, _number, :, : _number + 1] = _some

_GLAZES = np.float32(
    [
        (0.93, 0.92, 0.89),
        (0.24, 0.34, 0.52),
        (0.66, 0.36, 0.24),
        (0.50, 0.60, 0.56),
        (0.86, 0.78, 0.62),
        (0.22, 0.23, 0.25),
        (0.70, 0.74, 0.80),
    ]
)


def scene(dice: Dice) -> SimpleNamespace:
    """All that pictures of a scene have in common, whatever the fruit: (n,) and (n, MOST)."""

    def one(low=0.0, high=1.0):
        return dice.uniform(low, high)[:, 0, 0]

    def each(low=0.0, high=1.0):
        return np.float32(low) + np.float32(high - low) * dice.field(1, MOST)[:, 0]

    s = SimpleNamespace()
    s.number = dice.integer(1, MOST)[:, 0, 0]
    s.place = dice.integer(0, 2)[:, 0, 0]
    s.ground = dice.integer(0, 3)[:, 0, 0]
    s.lit_from = dice.integer(0, 1)[:, 0, 0]
    s.side = 2 * s.lit_from.astype(np.float32) - 1
    s.warmth, s.ripeness = one(-1, 1), one()
    s.there = np.arange(MOST) < s.number[:, None]
    flipped = (2 * (one() < 0.5) - 1).astype(np.float32)
    where = _HOW[s.place, s.number - 1, (one() * 3).astype(int)]
    low, high = _RADII[s.place, s.number - 1].T
    relative = low + (high - low) * one()
    across, up = where[..., 0] * flipped[:, None], where[..., 1].copy()
    across += each(-0.06, 0.06)
    up += each(-0.05, 0.05)
    own = each(0.93, 1.05)
    table, bowl, branch = (s.place == kind for kind in range(3))

    # A bowl.
    s.bowl_half, s.bowl_flat = one(0.66, 0.80), one(0.20, 0.30)
    s.bowl_x, s.bowl_rim = one(-0.1, 0.1), one(-0.16, 0.0)
    s.bowl_deep, s.bowl_foot = one(0.46, 0.58), one(0.36, 0.52)
    s.glaze, s.band = _GLAZES[(one() * 7).astype(int)], _GLAZES[(one() * 7).astype(int)]
    s.banded = (one() < 0.5).astype(np.float32)
    # A branch.
    s.root = flipped
    s.branch_y, s.branch_slope, s.branch_bow = one(0.60, 0.74), one(0.0, 0.14), one(-0.08, 0.08)

    radius = relative * np.where(bowl, s.bowl_half, 1)
    s.size = radius
    s.radius = radius[:, None] * own
    # On a table.
    further = 1 - 0.09 * up
    span = (np.abs(across) * s.there).max(1) * radius + radius
    shift = one(-1, 1) * np.maximum(0.94 - span, 0)
    base = one(-0.72, -0.55)
    stand_y = base[:, None] + up * radius[:, None] * 0.78
    s.radius = np.where(table[:, None], s.radius * further, s.radius)
    x = across * radius[:, None] + shift[:, None]
    y = stand_y + 0.86 * s.radius
    pile_x = s.bowl_x[:, None] + across * s.bowl_half[:, None]
    pile_y = s.bowl_rim[:, None] + up * s.bowl_half[:, None]
    hang_x = np.clip(across, -0.97 + s.radius, 0.97 - s.radius)
    s.knot = branch_at(s, hang_x)
    hang_y = s.knot - 0.09 - 0.50 * np.maximum(up, 0) - s.radius
    s.x = np.where(table[:, None], x, np.where(bowl[:, None], pile_x, hang_x)).astype(np.float32)
    s.y = np.where(table[:, None], y, np.where(bowl[:, None], pile_y, hang_y)).astype(np.float32)
    # How near the eye: what stands lower in a picture of a table is nearer.
    s.z = np.where(table[:, None], -1.9 * stand_y, np.where(bowl[:, None], -0.8 * pile_y, 0))
    s.z = s.z.astype(np.float32)
    s.foot = s.y - 0.86 * s.radius
    # The way the stalk points, and how far it leans to the eye.
    s.view = (each() * VIEWS).astype(np.int32)
    s.view = np.where(branch[:, None], s.view // 2, s.view)
    s.angle = each(-1, 1) * np.float32([0.9, 1.1, 0.25])[s.place][:, None]
    s.wide, s.tall = each(0.95, 1.05), each(0.94, 1.04)
    s.ripe = np.clip(s.ripeness[:, None] + each(-0.12, 0.12), 0, 1)

    s.edge = one(0.12, 0.40)
    s.choice, s.wall_choice, s.wall_tint = one(), one(), one(-0.06, 0.06)
    s.turn = one(-0.5, 0.5) + np.float32(np.pi / 2) * (one() < 0.5)
    s.scale, s.period = one(0.8, 1.2), one(0.16, 0.34)
    kind = (one() * 3).astype(int)
    # Cloths are checked, striped, or checked again.
    s.warp, s.weft = np.float32([0.5, 1.0, 0.5])[kind], np.float32([0.5, 0.0, 0.5])[kind]
    s.glow = one(0.0, 1.0)
    s.beam, s.beam_half = one(-0.5, 0.5), one(0.35, 0.8)
    s.height, s.frontal = one(0.50, 0.72), one(0.42, 0.62)
    s.leaves = np.stack([each() for _ in range(2 * 4)])
    return s


def branch_at(s: SimpleNamespace, x: np.ndarray) -> np.ndarray:
    """Height of the middle of the branch at some places: (n, k)."""
    along = x * s.root[:, None]
    bent = s.branch_bow[:, None] * (along * along)
    return s.branch_y[:, None] + s.branch_slope[:, None] * along + bent
