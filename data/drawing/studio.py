"""Photographs of furniture in a studio: one soft lamp, bright walls, a seamless floor."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.dice import Dice
from data.drawing.rays import Eyes, Hits, first_hits, looking, own_rays
from data.drawing.solids import BALL, BLOCK, ROUND, Solids, filled

#: Where the camera looks, how far away it is, and half the width of what it sees there.
AIM, FAR, HALF = np.array([0.5, 0.5, 0.40]), 4.0, 0.75
# Samples a pixel's side.
_FINE = 2
# The lamp: its distance, half of what its shadows are reckoned for, and their cells a side.
_LAMP, _LIT, _SHADOWS = 5.0, 0.95, 80
# The share of the light that comes from everywhere.
_AMBIENT = np.float32(0.42)
# Cells a side in which it is reckoned how much of it arrives, and of how many smaller ones.
_NOOKS, _OF = 16, 2
# Of each material, in the order of `data.drawing.carpentry`: how it shines; how far its edges are
# rounded; how brightly light comes through it; and how strong its grain is.
_SHINE, _ROUNDED, _GLOW, _GRAIN = np.array(
    [
        (0.10, 0.010, 0.00, 0.07),
        (0.12, 0.012, 0.00, 0.05),
        (0.00, 0.040, 0.00, 0.00),
        (0.45, 0.006, 0.00, 0.00),
        (0.00, 0.040, 0.00, 0.00),
        (0.00, 0.010, 0.32, 0.00),
        (0.00, 0.020, 0.00, 0.00),
    ],
    np.float32,
).T

_WOODS = np.array(
    [(0.74, 0.56, 0.36), (0.45, 0.29, 0.18), (0.84, 0.70, 0.50), (0.60, 0.38, 0.22),
     (0.93, 0.92, 0.89), (0.20, 0.19, 0.19), (0.36, 0.22, 0.15), (0.66, 0.70, 0.66)]
)  # fmt: skip
_CLOTHS = np.array(
    [(0.86, 0.82, 0.74), (0.33, 0.42, 0.55), (0.62, 0.30, 0.26), (0.44, 0.52, 0.42),
     (0.55, 0.55, 0.56), (0.80, 0.62, 0.34), (0.26, 0.28, 0.32), (0.72, 0.54, 0.52),
     (0.30, 0.46, 0.46), (0.52, 0.40, 0.50)]
)  # fmt: skip
_METALS = np.array([(0.15, 0.15, 0.16), (0.66, 0.67, 0.69), (0.70, 0.56, 0.32), (0.88, 0.88, 0.87)])
_SHADES = np.array(
    [
        (0.95, 0.91, 0.80),
        (0.97, 0.96, 0.93),
        (0.90, 0.78, 0.58),
        (0.55, 0.62, 0.60),
        (0.80, 0.50, 0.38),
    ]
)
_WALLS = np.array(
    [
        (0.93, 0.93, 0.92),
        (0.91, 0.88, 0.84),
        (0.85, 0.88, 0.90),
        (0.90, 0.86, 0.86),
        (0.85, 0.88, 0.83),
    ]
)


def photographs(
    solids: Solids, dice: Dice, azimuth: np.ndarray, elevation: np.ndarray, size: int
) -> np.ndarray:
    """Photograph pieces, each from its own side.

    Args:
        solids: The parts of n pieces.
        azimuth, elevation: Of the camera, n each; see `camera`.
        size: Pixels a side.

    Returns:
        uint8 n×size×size×3.
    """
    count = len(azimuth)
    eyes = camera(azimuth, elevation)
    side = dice.uniform(0.35, 1.0)[:, 0, 0] * np.where(dice.chance(0.5)[:, 0, 0] > 0, 1, -1)
    lamp = looking(*_placed(azimuth + side, dice.uniform(0.75, 1.05)[:, 0, 0], _LAMP, count), _LIT)
    paints = _paints(dice)
    wall = dice.colour(_WALLS, 0.015)[:, :, 0, 0].T ** 2
    light = SimpleNamespace(lamp=lamp, depths=_depths(solids, lamp), nooks=_nooks(solids, count))
    fine = size * _FINE
    hits = first_hits(solids, eyes, fine)
    seen = _seen(solids, eyes, hits, light, paints, dice, fine)
    floor = _floor(eyes, light, wall, size)
    pixel = (hits.pixel // fine**2 * size + hits.pixel % fine**2 // fine // _FINE) * size
    pixel += hits.pixel % fine // _FINE
    total = count * size * size
    share = np.bincount(pixel, minlength=total).astype(np.float32) / np.float32(_FINE**2)
    out = np.empty((total, 3), np.uint8)
    for channel in range(3):
        # Sums of float64, each over its pixel's samples in their order.
        colour = np.bincount(pixel, seen[channel], total).astype(np.float32) / _FINE**2
        whole = colour + floor[channel] * (1 - share)
        out[:, channel] = np.rint(255 * np.sqrt(np.clip(whole, 0, 1)))
    return out.reshape(count, size, size, 3)


def camera(azimuth: np.ndarray, elevation: np.ndarray) -> Eyes:
    """The camera: before the piece, turned by the azimuth to the right, and so far above.

    Args:
        azimuth, elevation: Radians, n each.
    """
    return looking(*_placed(azimuth, elevation, FAR, len(azimuth)), HALF)


def _placed(azimuth, elevation, far, count) -> tuple[np.ndarray, np.ndarray]:
    azimuth, elevation = azimuth.astype(np.float64), elevation.astype(np.float64)
    flat = np.cos(elevation)
    way = np.stack([np.sin(azimuth) * flat, -np.cos(azimuth) * flat, np.sin(elevation)], 1)
    at = np.broadcast_to(AIM, (count, 3))
    return at + far * way, at


def _paints(dice: Dice) -> np.ndarray:
    """The colour of each material of each piece, in shares of the light: n×7×3."""
    wood, second = dice.colour(_WOODS, 0.04), dice.colour(_WOODS, 0.04)
    second = np.where(dice.chance(0.6) > 0, wood, second)
    cloth, blanket = dice.colour(_CLOTHS, 0.05), dice.colour(_CLOTHS, 0.05)
    linen = np.where(dice.chance(0.6) > 0, np.float32(0.92), cloth)
    metal, shade = dice.colour(_METALS, 0.02), dice.colour(_SHADES, 0.03)
    paints = [wood, second, cloth, metal, linen, shade, blanket]
    return np.stack([np.broadcast_to(p, wood.shape)[:, :, 0, 0].T for p in paints], 1) ** 2


def _depths(solids: Solids, lamp: Eyes) -> np.ndarray:
    """How far the lamp sees: float32 n × cells × cells, flat."""
    hits = first_hits(solids, lamp, _SHADOWS)
    depths = np.full(len(lamp.place) * _SHADOWS**2, np.inf, np.float32)
    depths[hits.pixel] = hits.depth
    return depths


def _lit(light, piece: np.ndarray, points: list[np.ndarray]) -> np.ndarray:
    """The share of the lamp's light that arrives, through a shadow's soft edge: 0 to 1."""
    lamp = light.lamp
    points = [p - w.take(piece) for p, w in zip(points, _floats(lamp.place), strict=True)]

    def along(way):
        way = [each.take(piece) for each in _floats(way / (way**2).sum(1, keepdims=True))]
        return _dot(points, way)

    depth = along(lamp.forward)
    column = (along(lamp.right) / depth + 1) * np.float32(_SHADOWS / 2) - np.float32(0.5)
    row = (1 - along(lamp.up) / depth) * np.float32(_SHADOWS / 2) - np.float32(0.5)
    column, row = (np.clip(each, 1, _SHADOWS - 2.001) for each in (column, row))
    left, top = column.astype(np.int32), row.astype(np.int32)
    right, down = (each - whole.astype(np.float32) for each, whole in ((column, left), (row, top)))
    start = piece.astype(np.int32) * _SHADOWS**2 + (top - 1) * _SHADOWS + left - 1
    nearer = depth - np.float32(0.012)

    def free(y):
        line = start + y * _SHADOWS
        seen = [light.depths.take(line + x) >= nearer for x in range(4)]
        total = (1 - right) * seen[0]
        total += seen[1]
        total += seen[2]
        total += right * seen[3]
        return total

    total = (1 - down) * free(0)
    total += free(1)
    total += free(2)
    total += down * free(3)
    return total * np.float32(1 / 9)


def _floats(vectors: np.ndarray) -> np.ndarray:
    """float32 3×n of n×3."""
    return np.ascontiguousarray(vectors.T, np.float32)


def _nooks(solids: Solids, count: int) -> np.ndarray:
    """How much is around each place: float32 n × (cells + 2)³, with an empty border."""
    dense = filled(solids, count, _NOOKS * _OF).view(np.uint8)
    for axis in (1, 2, 3):
        halves = [(slice(None),) * axis + (slice(k, None, _OF),) for k in range(_OF)]
        dense = sum(dense[half] for half in halves[1:]) + dense[halves[0]]
    around = np.zeros((count, *(_NOOKS + 6,) * 3), np.float32)
    around[:, 3:-3, 3:-3, 3:-3] = dense * np.float32(1 / _OF**3)
    for _ in range(2):
        for axis in (1, 2, 3):
            inner, low, high = (
                (slice(None),) * axis + (slice(*ends),) for ends in ((1, -1), (None, -2), (2, None))
            )
            near = around[low] + around[high]
            near *= np.float32(0.25)
            around *= np.float32(0.5)
            around[inner] += near
    return around


def _open(light, piece: np.ndarray, points: list[np.ndarray]) -> np.ndarray:
    """The share of the light from everywhere that arrives at places: 0 to 1."""
    across = _NOOKS + 6
    start, parts = piece.astype(np.int32), []
    for point in points:
        place = np.clip(point * np.float32(_NOOKS) + np.float32(2.5), 0, np.float32(across - 1.001))
        cell = place.astype(np.int32)
        start = start * across + cell
        parts.append(place - cell.astype(np.float32))
    total, flat = np.float32(0), light.nooks.ravel()
    for x, share_x in ((0, 1 - parts[0]), (1, parts[0])):
        for y, share_y in ((0, 1 - parts[1]), (1, parts[1])):
            at = start + (x * across + y) * across
            line, beyond = flat.take(at), flat.take(at + 1)
            line += (beyond - line) * parts[2]
            total = total + line * (share_x * share_y)
    return np.clip(1 - np.float32(1.9) * total, np.float32(0.12), 1)


def _floor(eyes: Eyes, light, wall: np.ndarray, size: int) -> np.ndarray:
    """The floor and the wall that it turns into, as if there were no piece: 3 × n·size²."""
    count = len(eyes.place)
    middle = (2 * np.arange(size, dtype=np.float32) + 1) / np.float32(size) - 1
    u, v = middle[None, None, :], -middle[None, :, None]
    ways = [
        (f[:, None, None] + u * r[:, None, None] + v * w[:, None, None]).astype(np.float32)
        for f, r, w in zip(eyes.forward.T, eyes.right.T, eyes.up.T, strict=True)
    ]
    height = eyes.place[:, 2, None, None].astype(np.float32)
    down = np.minimum(ways[2], -1e-3)
    depth = height / -down
    points = [
        (p[:, None, None].astype(np.float32) + depth * way).ravel()
        for p, way in zip(eyes.place.T, ways, strict=True)
    ]
    value = np.ones(count * size * size, np.float32)
    x, y = points[0] - np.float32(0.5), points[1] - np.float32(0.5)
    near = np.flatnonzero(x * x + y * y < 1.3**2)
    piece = near // size**2
    some = [point[near] for point in points]
    some[2] = np.zeros_like(some[0])
    lit = _lit(light, piece, some)
    some[2] = some[2] + np.float32(0.05)
    value[near] = np.float32(0.5) * _open(light, piece, some) + np.float32(0.5) * lit
    # Brighter where the lamp stands, darker towards the corners.
    fall = 1 - np.float32(0.10) * (u * u + v * v) + np.float32(0.05) * v
    value = value.reshape(count, size, size) * fall
    return np.stack([(value * tone[:, None, None]).ravel() for tone in wall.T.astype(np.float32)])


def _seen(solids: Solids, eyes: Eyes, hits: Hits, light, paints, dice, fine) -> list[np.ndarray]:
    """The colours of all samples that show a part: 3 arrays."""
    part, piece = hits.part, hits.pixel // fine**2
    row, column = hits.pixel % fine**2 // fine, hits.pixel % fine
    u = (2 * column + 1).astype(np.float32) / np.float32(fine) - 1
    v = 1 - (2 * row + 1).astype(np.float32) / np.float32(fine)
    start, ways = own_rays(solids, eyes)
    q = [
        start[part, n]
        + hits.depth * (ways[part, 0, n] + u * ways[part, 1, n] + v * ways[part, 2, n])
        for n in range(3)
    ]
    points, aims = [], []
    for axis in range(3):
        forward, right, up = (w[:, axis].astype(np.float32).take(piece) for w in
                              (eyes.forward, eyes.right, eyes.up))  # fmt: skip
        aims.append(forward + u * right + v * up)
        points.append(eyes.place[:, axis].astype(np.float32).take(piece) + hits.depth * aims[-1])
    normal = _normals(solids, part, q, aims)
    material = solids.material[part]
    off = [p + np.float32(0.045) * n for p, n in zip(points, normal, strict=True)]
    free = _open(light, piece, off)
    off = [p + np.float32(0.012) * n for p, n in zip(points, normal, strict=True)]
    towards = [
        w.astype(np.float32)[piece] - p for w, p in zip(light.lamp.place.T, points, strict=True)
    ]
    towards = _unit(towards)
    facing = np.maximum(_dot(normal, towards), 0)
    lit = _lit(light, piece, off) * facing
    sky = np.float32(0.72) + np.float32(0.28) * normal[2]
    bright = _AMBIENT * free * sky + np.float32(0.80) * lit
    bright = bright + _GLOW[material]
    half = _unit([t - a for t, a in zip(towards, _unit(aims), strict=True)])
    shine = np.maximum(_dot(normal, half), 0) ** 2
    shine = (shine * shine) ** 2
    shine = shine * shine * shine * _SHINE[material] * (lit > 0) * free
    # Each part is a board of its own, and has a grain.
    tone = _tones(solids, part, points, material)
    return [
        paints[:, :, channel].astype(np.float32)[piece, material] * tone * bright + shine
        for channel in range(3)
    ]


def _tones(solids: Solids, part, points, material) -> np.ndarray:
    number = np.arange(len(solids.piece))
    first = np.searchsorted(solids.piece, solids.piece)
    # The same in whatever company a piece is drawn.
    phase = ((number - first) * 0.618034 % 1).astype(np.float32)
    longest = (solids.bounds()[1] - solids.bounds()[0]).argmax(1)
    across = np.stack([np.where(longest == n, 3.0, 42.0 + 9 * n) for n in range(3)], 1)
    across = across.astype(np.float32)
    wave = phase[part] * np.float32(40)
    for axis in range(3):
        wave = wave + across[part, axis] * points[axis]
    wave = np.sin(wave + np.sin(wave * np.float32(0.37)) * np.float32(2.0))
    board = (phase[part] - np.float32(0.5)) * np.float32(2.0)
    return 1 + _GRAIN[material] * (wave + board)


def _normals(solids: Solids, part, q, aims) -> list[np.ndarray]:
    """Unit normals of what is seen, in x, y, z; those of sharp edges are rounded."""
    body = solids.body[part]
    size = [np.abs(each) for each in q]
    taper = solids.taper.astype(np.float32)[part]
    lengths = solids.half.astype(np.float32)
    near = _ROUNDED[solids.material].astype(np.float32)
    own = []
    # Flat faces: the one that is nearest, and its neighbours where they are near.
    largest = np.maximum(np.maximum(size[0], size[1]), size[2])
    width = np.maximum(1 + taper * q[0], np.float32(1e-3))
    on_cap = size[0] > np.float32(0.9995)
    for n in range(3):
        inner = (1 - size[n]) * lengths[part, n] / near[part]
        edge = np.clip(1 - inner, 0, 1) ** 2 * np.float32(0.8)
        # In own coordinates a normal is divided by the sizes once it is turned.
        flat = np.where(size[n] >= largest, 1, edge) * np.sign(q[n]) * lengths[part, n]
        if n == 0:
            bar = np.where(on_cap, np.sign(q[0]), -taper * width)
        else:
            bar = np.where(on_cap, 0, q[n])
        cushion = q[n] * q[n] * q[n]
        own.append(
            np.select([body == BLOCK, body == ROUND, body == BALL], [flat, bar, q[n]], cushion)
        )
    matrix = solids.matrices().astype(np.float32)
    turned = [
        sum(matrix[part, row, axis] * own[row] for row in range(3)).astype(np.float32)
        for axis in range(3)
    ]
    turned = _unit(turned)
    flip = np.where(_dot(turned, aims) > 0, np.float32(-1), np.float32(1))
    return [each * flip for each in turned]


def _dot(one, other) -> np.ndarray:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _unit(way) -> list[np.ndarray]:
    length = 1 / (np.sqrt(_dot(way, way)) + np.float32(1e-9))
    return [each * length for each in way]
