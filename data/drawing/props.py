"""What is around the fruit of a still life: a bowl, a branch, twigs and leaves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import fruits, peel
from data.drawing.arrangement import MOST, ON_BRANCH, branch_at
from data.drawing.canvas import Canvas
from data.drawing.lamp import mirrored
from data.drawing.sprites import SHADE, Layers, Pixels, Sprites, paint, placed
from data.drawing.values import mix, tone

_BARK = tone(0.42, 0.31, 0.22)
_TWIG = tone(0.36, 0.30, 0.15)[:, 0, 0]


class _Bowl:
    """What both halves of a bowl are drawn with: the rows that any bowl reaches."""

    def __init__(self, c: Canvas, s: SimpleNamespace, chosen: np.ndarray):
        self.canvas, self.chosen = c, chosen
        self.rows = slice(*np.searchsorted(-c.y[0, :, 0], [-0.42, 0.98]))
        self.planes = c.planes[:, chosen, self.rows]
        self.half, self.deep, self.side = (
            _three(values, chosen) for values in (s.bowl_half, s.bowl_deep, s.side)
        )
        self.thin, self.foot = (
            _three(share, chosen) * self.half for share in (s.bowl_flat, s.bowl_foot)
        )
        self.x = c.x - _three(s.bowl_x, chosen)
        self.y = c.y[:, self.rows] - _three(s.bowl_rim, chosen)
        self.across = self.x / self.half
        self.glaze, self.band = (tones[chosen].T[:, :, None, None] for tones in (s.glaze, s.band))
        #: 1 on the rim.
        self.oval = np.sqrt(self.across**2 + (self.y / self.thin) ** 2)
        self.rim = self.soft((np.abs(self.oval - 0.985) - 0.03) * self.thin * 2.2)

    def soft(self, distance: np.ndarray) -> np.ndarray:
        return np.clip(0.5 - distance / self.canvas.pixel, 0, 1)

    def lay(self, coverage: np.ndarray, colour: np.ndarray) -> None:
        self.planes += (np.clip(colour, 0, 1) - self.planes) * coverage

    def done(self) -> None:
        self.canvas.planes[:, self.chosen, self.rows] = self.planes


def _three(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return values[chosen][:, None, None]


def bowl_behind(c: Canvas, s: SimpleNamespace, chosen: np.ndarray) -> None:
    """Paint the inside of bowls, with the rim behind the fruit, and their shadows."""
    b = _Bowl(c, s, chosen)
    bottom = b.y + b.deep + 0.02
    # To the side of the light's, and under the foot.
    near = ((b.x + b.side * 0.45 * b.half) / (1.15 * b.half)) ** 2 + ((bottom - 0.05) / 0.24) ** 2
    under = (b.x / (1.35 * b.foot)) ** 2 + (bottom / 0.13) ** 2
    dark = np.maximum(0.55 * np.clip(1.25 - near, 0, 1), 0.8 * np.clip(1.3 - under, 0, 1))
    dark *= b.soft(c.y[:, b.rows] - _three(s.edge, chosen))
    for plane, amount in zip(b.planes, SHADE, strict=True):
        plane *= 1 - dark * np.float32(amount)
    inside = 0.62 - 0.30 * b.side * b.across + 0.22 * (b.y / b.thin)
    inside -= 0.25 * np.clip(1 - b.oval, 0, 1)
    b.lay(b.soft((b.oval - 1) * b.thin * 1.4), b.glaze * np.clip(inside, 0.12, 1.1))
    b.lay(b.rim * (b.y > 0), b.glaze * (0.86 + 0.16 * b.side * b.across) + 0.04)
    b.done()


def bowl_in_front(c: Canvas, s, chosen: np.ndarray, light, masks: np.ndarray) -> None:
    """Paint the wall of bowls and the rim in front of the fruit; take it out of its masks."""
    b = _Bowl(c, s, chosen)
    front = b.y + b.thin * np.sqrt(np.maximum(1 - b.across * b.across, 0))
    down = np.clip(-b.y / b.deep, 0, 1.2)
    curve = np.sqrt(np.maximum(1 - down**2.3, 0)) * b.half
    below = -b.y - b.deep
    wall = np.maximum((np.abs(b.x) - curve) * 0.8, below)
    round_ = 0.05 * np.sqrt(np.maximum(1 - (b.x / b.foot) ** 2, 0))
    foot = np.maximum(np.maximum(np.abs(b.x) - b.foot, below - round_), b.y + 0.8 * b.deep)
    body = b.soft(np.maximum(np.minimum(wall, foot), front))
    wide = np.maximum(curve, b.foot * (down > 0.9))
    right = np.clip(b.x / np.maximum(wide, 0.05), -1, 1) * 0.96
    up = -0.15 - 0.75 * down * down
    out = np.sqrt(np.maximum(1 - right * right, 0.02)) * (1 - 0.35 * down)
    lamp = [_three(part, chosen) for part in light]
    facing = np.clip(right * lamp[0] + up * lamp[1] + out * lamp[2], 0, 1)
    band = b.soft(np.abs(front + 0.10 * b.half) - 0.035 * b.half) * _three(s.banded, chosen)
    colour = mix(b.glaze, b.band, band) * (0.36 + 0.62 * facing - 0.12 * down)
    b.lay(body, colour + 0.5 * mirrored(right, up, out, lamp, 5) * (1 - down))
    lip = b.rim * (b.y <= 0)
    b.lay(lip, b.glaze * (0.92 + 0.14 * b.side * b.across) + 0.05)
    b.done()
    masks[chosen, b.rows] *= (1 - body) * (1 - lip)


def branch(c: Canvas, s: SimpleNamespace, chosen: np.ndarray) -> None:
    """Paint branches from side to side, thinner to the end, and their shadows on the wall."""
    root, side = _three(s.root, chosen), _three(s.side, chosen)
    part, bow = _some(s, chosen), _three(s.branch_bow, chosen)
    rows = slice(0, np.searchsorted(-c.y[0, :, 0], -0.10))
    y, planes = c.y[:, rows], c.planes[:, chosen, rows]

    def off_the_middle(x):
        wave = 0.012 * np.sin(9 * x * root + 20 * bow)
        return y - branch_at(part, x[:, 0])[:, None] - wave

    thick = 0.040 + 0.016 * root * c.x
    away = np.abs(off_the_middle(c.x + side * 0.30) + 0.24)
    planes *= 1 - 0.26 * np.clip(1.3 - away / (thick * 1.7), 0, 1)
    off = off_the_middle(np.broadcast_to(c.x, (len(chosen), 1, c.x.shape[2]))) / thick
    body = np.clip(0.5 - (np.abs(off) - 1) * thick / c.pixel, 0, 1)
    held = np.clip(off, -1, 1)
    lit = 0.42 + 0.34 * held + 0.35 * np.sqrt(np.maximum(1 - held * held, 0))
    lit *= 1 + 0.10 * np.sin(c.x * 46 + 9 * held) + 0.07 * np.sin(c.x * 17 - 5 * held)
    planes += (_BARK * lit - planes) * body
    c.planes[:, chosen, rows] = planes


def twig(c: Canvas, s: SimpleNamespace, rank: int) -> None:
    """What a piece hangs on."""
    chosen = np.flatnonzero(s.there[:, rank] & (s.place == ON_BRANCH))
    if not chosen.size:
        return
    x, knot = s.x[chosen, rank], s.knot[chosen, rank]
    low = s.y[chosen, rank] + 0.80 * s.radius[chosen, rank]
    bend = 0.05 * s.root[chosen]
    pixels = Pixels(c, chosen, x - 0.1, x + 0.1, low, knot)
    box = pixels.box
    share = np.clip((pixels.y - low[box]) / (knot - low)[box], 0, 1)
    thick = np.maximum(0.014 + 0.008 * share * share, 0.4 * c.pixel)
    off = pixels.x - x[box] - bend[box] * share * share
    coverage = np.clip(0.5 - (np.abs(off) - thick) / c.pixel, 0, 1)
    lit = 0.75 + 0.3 * np.clip(off / thick, -1, 1) * s.side[chosen][box]
    paint(c, pixels.where, coverage, _TWIG * lit)


def foliage(c: Canvas, s, chosen: np.ndarray, light, layer: int, masks: np.ndarray) -> None:
    """Paint leaves along branches: layer 0 behind the fruit, or 1 in front of it."""
    place, turn, size, tint = s.leaves[4 * layer : 4 * layer + 4, chosen]
    number = np.arange(MOST)
    along = -0.95 + 1.9 * (number + 0.15 + 0.7 * place) / MOST
    height = branch_at(_some(s, chosen), along)
    angle = (0.5 + 1.3 * turn) * np.where(number % 2, 1, -1)
    long = (0.15 + 0.09 * size) * (1.1 - 0.25 * layer)
    # The first of each picture, then the second …
    each = [
        values.T.reshape(-1).astype(np.float32) for values in (along, height, long, angle, tint)
    ]
    leaves = _leaves(c, np.tile(chosen, MOST), number.repeat(len(chosen)), *each, light)
    for number in range(MOST):
        leaves.paint(c, number)
        leaves.cover(masks, number, False)


def leaves_of(c: Canvas, s: SimpleNamespace, rank, chosen, light) -> Layers:
    """Leaves at the stalks of some apples, to be painted with them.

    Args:
        rank, chosen: Of all pieces, which it is of its picture, and in which picture it is.
    """
    leafy = (s.leafy[chosen, rank] < 0.45) & (s.place[chosen] != ON_BRANCH)
    rank, chosen = rank[leafy], chosen[leafy]
    angle, radius, kind = (a[chosen, rank] for a in (s.angle, s.radius, s.leaf_kind))
    # The stalk's upper end, as it is seen.
    high = radius * np.cos(fruits.tilts()[s.view[chosen, rank]])
    x, y = s.x[chosen, rank] - np.sin(angle) * high, s.y[chosen, rank] + np.cos(angle) * high
    way = np.where(kind < 0.5, np.float32(1), np.float32(-1))
    angle = angle + way * (0.9 + 0.8 * (kind * 2 % 1))
    return _leaves(c, chosen, rank, x, y, 0.42 * radius, angle, kind, light)


def _leaves(c: Canvas, chosen, turn, x, y, long, angle, kind, light) -> Layers:
    """Leaves from (x, y) on, each painted in its turn; `kind` says which it is, and its green."""
    views = fruits.leaves()
    number = (kind * 16 % 1 * len(views.outline)).astype(np.int32)
    x, y = x - np.sin(angle) * long * 1.25, y + np.cos(angle) * long * 1.25
    p = Sprites(c, views, placed(chosen, number, x, y, long, angle))
    skin = peel.leaf(p, kind.take(p.pixels.box))
    lamp = [part[chosen].take(p.pixels.box) for part in light]
    facing = np.clip(p.right * lamp[0] + p.up * lamp[1] + p.out * lamp[2], 0, 1)
    squared = facing * facing
    squared *= squared
    colour = skin * (0.40 + 0.62 * facing) + 0.20 * (squared * squared)
    return Layers(p.pixels, turn, p.coverage, np.clip(colour, 0, 1, out=colour))


def _some(s: SimpleNamespace, chosen: np.ndarray) -> SimpleNamespace:
    """What `branch_at` asks of a scene, of some pictures."""
    names = ("root", "branch_y", "branch_slope", "branch_bow")
    return SimpleNamespace(**{name: getattr(s, name)[chosen] for name in names})
