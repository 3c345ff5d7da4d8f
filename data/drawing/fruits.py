"""Apples, oranges and bananas as solids, and leaves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing.distances import REACH, Solid, Views, capsule, rotation, traced

_CELLS = 80
#: Views of a fruit that lies or hangs.
VIEWS = 10


def tilts() -> np.ndarray:
    """How far the stalk leans to the eye: it is seen in every view."""
    return np.radians(np.linspace(22, 68, VIEWS)).astype(np.float32)


def _polar(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance from the middle, angle from the stalk's direction, and longitude."""
    x, y, z = points.T
    away = np.maximum(np.sqrt(x * x + y * y + z * z), np.float32(1e-6))
    return away, np.arccos(np.clip(z / away, -1, 1)), np.arctan2(y, x)


def _chart(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Azimuthal chart about the stalk: 1 on the far side."""
    _, angle, around = _polar(points)
    angle = angle * np.float32(1 / np.pi)
    return angle * np.cos(around), angle * np.sin(around)


def _seen(tilt: float, spin: float) -> np.ndarray:
    """The stalk upwards, leaning to the eye."""
    return rotation(2, spin) @ rotation(0, np.pi / 2 - tilt)


def _apple(rng: np.random.Generator, tilt: float) -> Solid:
    """An apple: dented at the stalk, narrower and lobed at the other end."""
    tall, taper, lobes = rng.uniform(0.88, 1.02), rng.uniform(0.09, 0.19), rng.uniform(0.025, 0.06)
    lean, phase = rng.uniform(0.0, 0.06), rng.uniform(0, 6.28)
    deep, wide = rng.uniform(0.40, 0.52), rng.uniform(0.34, 0.44)
    bent = rng.uniform(-0.22, 0.22, 2)
    stalk = np.array([[0, 0, 0.5], [0.3 * bent[0], 0.3 * bent[1], 0.85], [*bent, 1.18]])

    def parts(p):
        away, angle, around = _polar(p / np.float32([1, 1, tall]))
        height = np.cos(angle)
        side = 1 - height**2
        radius = 0.97 + (taper * height + 0.05) * side
        radius -= deep * np.exp(angle**2 * (-1.1 / wide**2))
        radius -= 0.22 * np.exp((np.pi - angle) ** 2 * np.float32(-9.8))
        radius += lobes * np.cos(5 * around + phase) * np.clip(0.25 - height, 0, 1)
        radius += lean * np.cos(around - phase) * side
        return [(away - radius) * np.float32(0.86), capsule(p, stalk, (0.05, 0.04, 0.065))]

    return Solid(parts, _chart, _seen(tilt, rng.uniform(0, 6.28)))


def _orange(rng: np.random.Generator, tilt: float) -> Solid:
    """An orange: nearly round, with the button of the stalk in a slight dent."""
    tall, neck = rng.uniform(0.93, 1.02), rng.uniform(-0.02, 0.05)
    folds, phase = rng.uniform(0.006, 0.016), rng.uniform(0, 6.28)

    def parts(p):
        away, angle, around = _polar(p / np.float32([1, 1, tall]))
        square = angle**2
        near = np.exp(square * np.float32(-4))
        radius = 1 + neck * near - 0.07 * np.exp(square * np.float32(-25))
        radius += folds * near * np.cos(7 * around + phase)
        x, y, z = p.T
        star = np.sqrt(x * x + y * y) - 0.115 - 0.03 * np.cos(5 * around + phase)
        return [away - radius, np.maximum(star, np.abs(z - tall * (0.97 + neck)) - 0.035)]

    return Solid(parts, _chart, _seen(tilt, rng.uniform(0, 6.28)))


@lru_cache(maxsize=1)
def apples() -> Views:
    """Apples, the stalk leaning more and more to the eye."""
    rng = np.random.default_rng(7)
    return traced([_apple(rng, float(tilt)) for tilt in tilts()], _CELLS)


@lru_cache(maxsize=1)
def oranges() -> Views:
    """Oranges, the button leaning more and more to the eye."""
    rng = np.random.default_rng(8)
    return traced([_orange(rng, float(tilt)) for tilt in tilts()], _CELLS)


# A banana's arc: its radius, and the angles at which its stalk begins and its other end is.
_ARC, _STEM, _TIP = 1.30, 1.0, -0.98
_BEND = np.array([0, 0.83 * _ARC, 0], np.float32)
_STEM_AT = np.array([_ARC * np.sin(_STEM), _ARC * np.cos(_STEM), 0]) - _BEND


def _banana(p: np.ndarray, thick: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance to a banana in the plane of x and y, and where on its skin a point lies.

    Along it from 0 at the stalk to 1, and the angle around it.
    """
    p = p + _BEND
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    angle = np.arctan2(x, y)
    held = np.clip(angle, _TIP, _STEM)
    share = (_STEM - held) * np.float32(1 / (_STEM - _TIP))
    out = np.hypot(x, y) - _ARC
    away = np.sqrt((x - _ARC * np.sin(held)) ** 2 + (y - _ARC * np.cos(held)) ** 2 + z**2)
    around = np.arctan2(z, out)
    swell = np.clip((share - 0.06) / 0.24, 0, 1)
    swell *= swell * (3 - 2 * swell)
    ends = np.clip((1.015 - share) / 0.27, 0, 1)
    round_ = swell * np.sqrt(ends * (2 - ends))
    # Five flat sides.
    radius = 0.08 + (thick - 0.08) * round_ * (1 + 0.05 * np.cos(5 * around + 0.6))
    return (away - radius) * np.float32(0.85), share, around


def _single(rng: np.random.Generator, number: int) -> Solid:
    """A banana that lies, its stalk to the left or to the right."""
    thick, tilt = rng.uniform(0.29, 0.34), np.radians(rng.uniform(-52, -30))
    # None stands on its end.
    around = np.pi * (number % 2) + np.radians(np.linspace(-38, 38, VIEWS)[number])
    seen = rotation(2, around) @ rotation(0, tilt)

    def skin(p):
        _, share, around = _banana(p, thick)
        return share, around / np.float32(2 * np.pi)

    return Solid(lambda p: [_banana(p, thick)[0]], skin, seen)


def _hand(rng: np.random.Generator, number: int) -> Solid:
    """Three bananas that hang from one stalk, spread like fingers."""
    sign = 1 if number % 2 else -1
    lean = rng.uniform(-0.25, 0.05)
    fingers = [
        rotation(2, -1.9)
        @ rotation(1, 0.5 * k + rng.uniform(-0.25, 0.25))
        @ rotation(2, 0.26 * k + lean)
        @ np.diag([sign, 1, 1])
        for k in (-1, 0, 1)
    ]
    thick = rng.uniform(0.24, 0.28)
    top, small = np.float32([-0.12 * sign, 1.15, 0]), np.float32(0.8)

    def each(p):
        p = (p - top) / small
        found = [_banana(p @ f.T.astype(np.float32) + _STEM_AT, thick) for f in fingers]
        return [(away * small, *place) for away, *place in found]

    def skin(p):
        found = each(p)
        nearest = np.argmin(np.stack([f[0] for f in found]), 0)
        share, around = (np.choose(nearest, [f[k] for f in found]) for k in (1, 2))
        return share, around / np.float32(2 * np.pi) + np.float32(0.31) * nearest

    return Solid(lambda p: [np.minimum.reduce([f[0] for f in each(p)])], skin, np.eye(3))


@lru_cache(maxsize=1)
def bananas() -> Views:
    """Bananas that lie, and then half as many hands of three that hang."""
    rng = np.random.default_rng(9)
    lying = [_single(rng, number) for number in range(VIEWS)]
    return traced(lying + [_hand(rng, number) for number in range(VIEWS // 2)], _CELLS)


@lru_cache(maxsize=1)
def leaves() -> Views:
    """Pointed leaves on stalks that begin at (0, -1.3) and end at (0, 1), curled or turned."""
    rng = np.random.default_rng(10)
    centres = (((np.arange(_CELLS) + 0.5) * (2 / _CELLS) - 1) * REACH).astype(np.float32)
    x, y = np.meshgrid(centres, centres)
    outlines, surfaces = [], []
    for _ in range(VIEWS):
        wide, bow, curl = rng.uniform(0.34, 0.5), rng.uniform(-0.3, 0.3), rng.uniform(0.1, 0.7)
        share = np.clip((y + 1) / 2, 0, 1)
        across = x - bow * (1 - (2 * share - 1) ** 2)
        half = wide * 2.3 * np.sqrt(share) * (1 - share) ** 0.75 + 0.012 * np.cos(60 * share)
        stalk = np.maximum(np.abs(x) - 0.035, np.maximum(y + 0.9, -1.3 - y))
        blade = np.maximum((np.abs(across) - half) * 0.85, np.abs(y) - 1)
        fold = rng.uniform(0.15, 0.5)
        # Veins run from the middle to the edge and the tip.
        vein = np.cos((share - 0.5 * np.abs(across)) * 62) * 0.16
        middle = np.exp(-((across / 0.05) ** 2))
        right = -fold * np.tanh(across / 0.06) + rng.uniform(-0.25, 0.25)
        up = curl * (2 * share - 1) + vein * (1 - middle)
        long = np.sqrt(1 + right**2 + up**2)
        flat = np.zeros_like(x)
        surface = (right / long, up / long, share, across, stalk < blade, flat + 1, flat)
        outlines.append(np.minimum(blade, stalk))
        surfaces.append(np.stack(surface, -1).reshape(-1, len(surface)))
    return Views(np.stack(outlines).astype(np.float32), np.concatenate(surfaces).astype(np.float32))
