"""What furniture is put together from: boards, bars, knobs, cushions, and legs of six kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from data.drawing.solids import BALL, BLOCK, ROUND, Solids

#: What parts are made of: wood, the wood of fronts, and so on.
WOOD, SECOND, CLOTH, METAL, LINEN, SHADE, BLANKET = range(7)
#: How far the middle of a part lies within what it is joined to, and how far a part reaches
#: beyond the middle of it: half a cell of the coarsest grid, and a little.
JOINT = 0.034
#: Radius of a knob.
KNOB = 0.014
#: The longest side that a piece may have.
LARGEST = 0.97
LEGS = ("straight", "splayed", "turned", "cross", "pedestal", "sled")


class Lots:
    """Numbers drawn by lot for one piece, in turn."""

    def __init__(self, numbers: Sequence[float]):
        self._left = iter(numbers)

    def between(self, low: float, high: float) -> float:
        """A number from low to high."""
        return low + (high - low) * next(self._left)

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return next(self._left) < probability

    def of(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return min(int(next(self._left) * count), count - 1)


class Parts:
    """The parts of one piece: about x = y = 0, on the ground at z = 0."""

    def __init__(self):
        #: middle (3), half (3), slope (2), taper, hole; axis, body, material, ornament.
        self.rows: list[tuple] = []

    def box(self, x0, x1, y0, y1, z0, z1, material=WOOD, body=BLOCK, ornament=False) -> None:
        """An upright box, or a cushion (or ball) of its size."""
        middle = (x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2
        half = (z1 - z0) / 2, (x1 - x0) / 2, (y1 - y0) / 2
        self.rows.append((*middle, *half, 0.0, 0.0, 0.0, 0.0, 2, body, material, ornament))

    def bar(
        self, start, end, half, last=None, axis=None, body=BLOCK, material=WOOD, hole=0.0
    ) -> None:
        """A bar between two places, whose ends are cut across its main axis.

        Args:
            half: Half its thickness at the start: one number, or for each of the two axes that
                follow the main one in turn (x, y, z, x …).
            last: Its thickness at the end in terms of that at the start; None: the same.
            axis: The main axis; None: the one along which it is longest.
        """
        way = [b - a for a, b in zip(start, end, strict=True)]
        if axis is None:
            axis = max(range(3), key=lambda a: abs(way[a]))
        if way[axis] < 0:
            way, (start, end) = [-w for w in way], (end, start)
            if last is not None:
                half, last = [h * last for h in _both(half)], 1 / last
        one, two = (axis + 1) % 3, (axis + 2) % 3
        slope = way[one] / way[axis], way[two] / way[axis]
        # Its thickness is across it, and not across the axis.
        across = [h * math.hypot(1, s) for h, s in zip(_both(half), slope, strict=True)]
        ratio = 1.0 if last is None else last
        across = [h * (1 + ratio) / 2 for h in across]
        middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
        row = (*middle, way[axis] / 2, *across, *slope, (ratio - 1) / (ratio + 1), hole)
        self.rows.append((*row, axis, body, material, False))

    def knob(self, x, y, z) -> None:
        """A small handle, of no importance for the shape."""
        self.box(*_around(x, KNOB), *_around(y, KNOB), *_around(z, KNOB), METAL, BALL, True)

    def ball(self, x, y, z, radius, high=None, material=WOOD) -> None:
        """A ball, or one that is stretched or pressed upright to half the height `high`."""
        high = radius if high is None else high
        self.box(*_around(x, radius), *_around(y, radius), *_around(z, high), material, BALL)

    def column(self, x, y, z0, z1, radius, last=None, material=WOOD, hole=0.0) -> None:
        """An upright round bar; `last` is its radius at the top in terms of that below."""
        self.bar((x, y, z0), (x, y, z1), radius, last, 2, ROUND, material, hole)


def _both(half) -> Sequence[float]:
    return half if isinstance(half, list | tuple) else (half, half)


def _around(middle: float, half: float) -> tuple[float, float]:
    return middle - half, middle + half


def put_together(pieces: list[Parts]) -> Solids:
    """All parts of some pieces, each piece in the middle of the ground and not too large."""
    rows = np.array([row for piece in pieces for row in piece.rows])
    piece = np.repeat(np.arange(len(pieces)), [len(p.rows) for p in pieces])
    whole = rows[:, 10:].astype(int)
    solids = Solids(
        piece, rows[:, :3], whole[:, 0], whole[:, 1], rows[:, 3:6], rows[:, 6:8], rows[:, 8],
        rows[:, 9], whole[:, 2], whole[:, 3] > 0,
    )  # fmt: skip
    low, high = extent(solids, len(pieces))
    scale = np.minimum(1, LARGEST / (high - low).max(1))
    ground = np.stack([(low[:, 0] + high[:, 0]) / 2, (low[:, 1] + high[:, 1]) / 2, low[:, 2]], 1)
    middle = (solids.middle - ground[piece]) * scale[piece, None] + (0.5, 0.5, 0)
    return Solids(**vars(solids) | {"middle": middle, "half": solids.half * scale[piece, None]})


def extent(solids: Solids, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest place of each of `count` pieces: count×3 each."""
    starts = np.searchsorted(solids.piece, np.arange(count))
    low, high = solids.bounds()
    return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def legs(p: Parts, lots: Lots, kind: str, a: float, b: float, top: float, thick: float):
    """Put legs under something.

    Args:
        kind: One of `LEGS`.
        a, b: Half the width and the depth of what they stand in.
        top: Their height.
        thick: Half their thickness.

    Returns:
        A function from a height to (x, y) of the leg in front at the right (y is negative
        there), where there are four legs; else None.
    """
    corners = [(x, y) for x in (-1, 1) for y in (-1, 1)]
    a, b = a - max(thick, JOINT), b - max(thick, JOINT)
    if kind == "straight":
        body, last = (BLOCK, None) if lots.chance(0.6) else (ROUND, 1.5)
        for x, y in corners:
            start = thick if last is None else thick * 0.75
            p.bar((x * a, y * b, 0), (x * a, y * b, top), start, last, 2, body)
        return lambda z: (a, -b)
    if kind == "splayed":
        inner = lots.between(0.6, 0.78)
        for x, y in corners:
            foot, head = (x * a, y * b, 0), (x * a * inner, y * b * inner, top)
            p.bar(foot, head, thick * 0.7, 1.9, 2, ROUND)

        def corner(z):
            share = 1 + (inner - 1) * z / top
            return a * share, -b * share

        return corner
    if kind == "turned":
        knee, bead = lots.between(0.62, 0.78) * top, thick * lots.between(1.15, 1.5)
        for x, y in corners:
            x, y = x * a, y * b
            p.box(x - thick, x + thick, y - thick, y + thick, knee, top)
            p.column(x, y, 0, knee, thick * 0.55, 1.6)
            for z, radius in ((knee, bead), (0.18 * top, bead * 0.9), (0.03, thick)):
                p.ball(x, y, max(z, radius * 0.8), radius, radius * 0.8)
        return lambda z: (a, -b)
    if kind == "cross":
        thin = thick * 0.8
        for x in (-a, a):
            for y in (-b, b):
                p.bar((x, y, 0), (x, -y, top), thin, axis=2)
        p.bar((-a, 0, top / 2), (a, 0, top / 2), thin * 0.9, body=ROUND)
        return None
    if kind == "pedestal":
        _pedestal(p, lots, min(a, b), top, thick)
        return None
    for x in (-a, a):
        for y in (-b, b):
            p.bar((x, y, 0), (x, y, top), thick * 0.75, axis=2, material=METAL)
        p.bar((x, -b - thick * 0.75, thick * 0.75), (x, b + thick * 0.75, thick * 0.75),
              thick * 0.75, material=METAL)  # fmt: skip
    return None


def _pedestal(p: Parts, lots: Lots, reach: float, top: float, thick: float) -> None:
    wide, foot = thick * lots.between(1.0, 1.8), reach * lots.between(0.75, 1.0)
    material = METAL if lots.chance(0.4) else WOOD
    if lots.chance(0.5):
        p.column(0, 0, 0, 0.035, foot, 0.9, material)
        p.column(0, 0, 0.03, top, wide, 0.8, material)
    else:
        p.column(0, 0, 0.02, top, wide, 0.8, material)
        for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            high = 0.10
            p.bar((x * foot, y * foot, 0.03), (0, 0, high), thick * 0.8, material=material)
            p.ball(x * foot, y * foot, 0.03, 0.03, material=METAL)
    p.column(0, 0, top - 0.04, top, wide * 1.2, 1.8, material)


def stretchers(p: Parts, lots: Lots, corner, thick: float, top: float) -> None:
    """Bars between four legs; `corner` as `legs` returns it."""
    low, high = lots.between(0.15, 0.3) * top, lots.between(0.32, 0.5) * top
    round_bars = ROUND if lots.chance(0.5) else BLOCK
    x, y = corner(low)
    for side in (-x, x):
        p.bar((side, y, low), (side, -y, low), thick * 0.6, body=round_bars)
    if lots.chance(0.5):
        p.bar((-x, 0, low), (x, 0, low), thick * 0.6, body=round_bars)
    else:
        x, y = corner(high)
        for side in (-y, y):
            p.bar((-x, side, high), (x, side, high), thick * 0.6, body=round_bars)


def fronts(p: Parts, x0, x1, y, z0, z1, columns: int, rows: int, knobs: bool = True) -> None:
    """Fronts of drawers before y, with gaps between them."""
    gap, proud = 0.008, 0.014
    wide, high = (x1 - x0) / columns, (z1 - z0) / rows
    for column in range(columns):
        for row in range(rows):
            left, low = x0 + column * wide, z0 + row * high
            inner = left + gap, left + wide - gap
            p.box(*inner, y - proud, y + 0.02, low + gap, low + high - gap, SECOND)
            if knobs:
                x, z = left + wide / 2, low + high / 2
                p.knob(x, y - proud - 0.008, z)
