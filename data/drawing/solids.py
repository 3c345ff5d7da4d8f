"""Solid parts in a cube, and which cells of a grid they fill.

A part is a convex body, or a shell, with a main axis along which its cross-section may move and
grow evenly. In coordinates of its own, q = (along, across, across), it is one of four simple
bodies: a block, a round bar of length 2 and radius 1 + taper·along, a ball, or a cushion
(|q|⁴ = 1). So is what a ray meets of it; see `data.drawing.rays`.

Lengths are in sides of the cube, from 0 to 1; x runs to the right, y to the back, z upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK, ROUND, BALL, CUSHION = range(4)
# What rounding may take from a part that is exactly as wide as a cell.
_SLACK = 1e-4
# A wall that is bent needs more than a cell for its cells to share faces.
_BENT = 1.6


@dataclass(frozen=True)
class Solids:
    """The parts of several pieces, a row each; those of one piece follow each other."""

    #: Which piece a part belongs to, ascending: int P.
    piece: np.ndarray
    #: The middle of a part: P×3.
    middle: np.ndarray
    #: Its main axis (0 to 2) and its body: int P.
    axis: np.ndarray
    body: np.ndarray
    #: Half its length along the main axis, and half its width along the two that follow: P×3.
    half: np.ndarray
    #: How far it moves along those two for each step along the main one: P×2.
    slope: np.ndarray
    #: The half widths of a round bar are 1 ± taper of those in the middle at its ends.
    taper: np.ndarray
    #: The share of the width that is hollow, of round bars.
    hole: np.ndarray
    #: What it is made of, an index.
    material: np.ndarray
    #: Whether it is an ornament, to be left out where it is smaller than a cell.
    ornament: np.ndarray

    def take(self, chosen: np.ndarray) -> Solids:
        """Some of the parts, by a mask or by their indices."""
        return Solids(**{name: values[chosen] for name, values in vars(self).items()})

    def matrices(self) -> np.ndarray:
        """What turns (x, y, z), reckoned from the middle, into q: P×3×3."""
        index = np.arange(len(self.axis))
        matrix = np.zeros((len(index), 3, 3))
        matrix[index, 0, self.axis] = 1 / self.half[:, 0]
        for number in (1, 2):
            across = (self.axis + number) % 3
            matrix[index, number, across] = 1 / self.half[:, number]
            matrix[index, number, self.axis] = -self.slope[:, number - 1] / self.half[:, number]
        return matrix

    def ends(self) -> np.ndarray:
        """The boxes around the cross-sections at both ends: P × 2 ends × (low, high) × 3."""
        index, boxes = np.arange(len(self.axis)), np.empty((len(self.axis), 2, 2, 3))
        for end, sign in enumerate((-1, 1)):
            boxes[index, end, :, self.axis] = (sign * self.half[:, :1]).repeat(2, 1)
            for number in (1, 2):
                moved = sign * self.slope[:, number - 1] * self.half[:, 0]
                wide = self.half[:, number] * (1 + sign * self.taper)
                both = np.stack([moved - wide, moved + wide], 1)
                boxes[index, end, :, (self.axis + number) % 3] = both
        return boxes + self.middle[:, None, None]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest place of each part: P×3 each."""
        ends = self.ends()
        return ends[:, :, 0].min(1), ends[:, :, 1].max(1)

    def thickened(self, cell: float) -> Solids:
        """The parts, none of them thinner than a cell, so that its cells share faces."""
        half = self.half.copy()
        least = cell * (0.5 + _SLACK)
        half[:, 0] = np.maximum(half[:, 0], least)
        # Two slices of a leaning bar share a cell if they overlap by one.
        core = least * (1 + np.abs(self.slope))
        grown = np.maximum(half[:, 1:], core)
        half[:, 1:] = np.where((self.body == ROUND)[:, None], half[:, 1:], grown)
        thinnest = half[:, 1:].min(1) * (1 - np.abs(self.taper))
        with np.errstate(divide="ignore"):
            wall = np.maximum(0, 1 - _BENT * cell / thinnest)
        return Solids(**vars(self) | {"half": half, "hole": np.minimum(self.hole, wall)})


def filled(solids: Solids, count: int, side: int) -> np.ndarray:
    """Which cells the pieces fill: those whose middle lies in a part.

    Args:
        solids: Parts of `count` pieces.
        side: Cells a side.

    Returns:
        bool count×side×side×side. Each part is at least a cell thick, and in one piece.
    """
    grid = np.zeros((count, side, side, side), bool)
    solids = solids.take(~(solids.ornament & (solids.half.max(1) * side < 0.5)))
    thick, core = solids.thickened(1 / side), _cores(solids, 1 / side)
    low, high = thick.bounds()
    spare = np.where(solids.body == BLOCK, 0, core[:, 1:].max(1))[:, None]
    first = np.ceil((low - spare) * side - 0.5)
    last = np.floor((high + spare) * side - 0.5) + 1
    first, last = (np.clip(each, 0, side).astype(int) for each in (first, last))
    plain = (thick.body == BLOCK) & (thick.slope == 0).all(1)
    boxes = np.concatenate([solids.piece[:, None], first, last], 1)[plain]
    for piece, x0, y0, z0, x1, y1, z1 in boxes.tolist():
        grid[piece, x0:x1, y0:y1, z0:z1] = True
    for body in (BLOCK, ROUND, BALL, CUSHION):
        some = np.flatnonzero((thick.body == body) & ~plain)
        if some.size:
            core_q = (core[some] / thick.half[some]).astype(np.float32)
            _fill(grid, body, thick.take(some), core_q, first[some], last[some])
    return grid


def _cores(solids: Solids, cell: float) -> np.ndarray:
    """Half widths of the blocks that are filled within round parts, however thin: P×3.

    In a bar, two slices have to overlap by a cell; at a joint, the ends of two bars and the
    ball that is between them.
    """
    core = np.empty_like(solids.half)
    core[:, 0] = np.maximum(solids.half[:, 0], cell)
    core[:, 1:] = cell * (0.5 + _SLACK) * (1 + np.abs(solids.slope))
    core[solids.body == BALL] = cell * (1 + _SLACK)
    core[(solids.body == CUSHION) | (solids.hole > 0)] = 0
    return core


def _fill(grid: np.ndarray, body: int, solids: Solids, core, first, last) -> None:
    """Fill the cells of parts of one body that are not plain boxes."""
    side, first, last = grid.shape[1], first.astype(np.int32), last.astype(np.int32)
    matrix = solids.matrices()
    # q is affine: so much in the middle of cell (0, 0, 0), and so much more with each cell.
    start = (matrix * (0.5 / side - solids.middle)[:, None]).sum(2).astype(np.float32)
    step = (matrix / side).astype(np.float32)
    size = last - first
    # Columns of cells, then their cells.
    part, row = counted(size[:, 0] * size[:, 1])
    x, y = np.divmod(row, size[part, 1])
    x, y = x + first[part, 0], y + first[part, 1]
    column, z = counted(size[part, 2])
    z += first[part, 2][column]
    high, q = z.astype(np.float32), []
    for axis in range(3):
        place = start[part, axis] + step[part, axis, 0] * x + step[part, axis, 1] * y
        q.append(place.astype(np.float32)[column])
        if step[:, axis, 2].any():
            q[axis] += step[part, axis, 2][column] * high
    part = part[column]
    inside = _within(body, solids, core, q, part)
    cells = ((solids.piece[part] * side + x[column]) * side + y[column]) * side + z
    grid.ravel()[cells[inside]] = True


def counted(many: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each of some numbers n: its own place, n times; and what counts from 0 to n - 1."""
    place = np.arange(len(many), dtype=np.int32).repeat(many)
    start = (np.cumsum(many, dtype=np.int32) - many).astype(np.int32)
    return place, np.arange(len(place), dtype=np.int32) - start[place]


def _within(body: int, solids: Solids, core, q, part) -> np.ndarray:
    """Whether places, in the coordinates of the parts that go with them, lie in these."""
    if body == CUSHION:
        along, across, more = (each * each for each in q)
        return along * along + across * across + more * more <= 1
    along, across, more = (np.abs(each) for each in q)
    thin = (across <= core[part, 1]) & (more <= core[part, 2])
    if body == BALL:
        return (along**2 + across**2 + more**2 <= 1) | thin & (along <= core[part, 0])
    if body == BLOCK:
        return (along <= 1) & (np.maximum(across, more) <= 1)
    width = solids.taper.astype(np.float32)[part] * q[0]
    width += 1
    radius, outer = across**2 + more**2, width**2
    hollow = (solids.hole**2).astype(np.float32)[part] * outer
    return (along <= 1) & ((radius <= outer) & (radius >= hollow) | thin)
