"""Rays from a place into a picture's pixels, and the first solid part that each of them meets.

All pixels that a part may cover are tried with all pieces' parts of one body at once: in a part's
own coordinates (see `data.drawing.solids`) every body is met by a short formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.drawing.solids import BALL, BLOCK, CUSHION, ROUND, Solids, counted

# Newton's steps towards a cushion: the function is convex, so they never go too far.
_STEPS = 5
_NEVER = np.float32(np.inf)


@dataclass(frozen=True)
class Eyes:
    """Where pictures are seen from: a ray goes from `place` along forward + u·right + v·up.

    `right` and `up` are as long as u and v have to be, from -1 to 1 over a picture.
    """

    place: np.ndarray
    right: np.ndarray
    up: np.ndarray
    forward: np.ndarray

    def across(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """u, v and the depth of points, n×…×3: a point is place + depth·ray."""
        shape = (len(self.place), *(1,) * (points.ndim - 2), 3)
        points = points - self.place.reshape(shape)

        def along(way):
            way = way.reshape(shape)
            return (points * way).sum(-1) / (way * way).sum(-1)

        depth = along(self.forward)
        return along(self.right) / depth, along(self.up) / depth, depth


def looking(place: np.ndarray, at: np.ndarray, half: float) -> Eyes:
    """Eyes at n places that look at others; `half` of what they see lies around those.

    Args:
        place, at: n×3.
        half: Half a picture's side, at the distance of what is looked at.
    """
    forward = at - place
    far = np.sqrt((forward**2).sum(1, keepdims=True))
    right = np.stack([forward[:, 1], -forward[:, 0], 0 * forward[:, 0]], 1)
    right /= np.sqrt((right**2).sum(1, keepdims=True))
    up = np.cross(right, forward / far)
    return Eyes(place, right * half, up * half, forward)


@dataclass(frozen=True)
class Hits:
    """What the rays of n pictures of side² pixels meet first."""

    #: Flat numbers of the pixels that meet a part, ascending; which part, and how far away.
    pixel: np.ndarray
    part: np.ndarray
    depth: np.ndarray


def first_hits(solids: Solids, eyes: Eyes, side: int) -> Hits:
    """Find what each pixel of each piece's picture meets first.

    Args:
        solids: Parts of n pieces.
        eyes: n of them.
        side: Pixels a side.
    """
    windows, rays, found = _windows(solids, eyes, side), own_rays(solids, eyes), []
    for body in (BLOCK, ROUND, BALL, CUSHION):
        some = np.flatnonzero(solids.body == body)
        if some.size:
            own = [each[some] for each in (*windows, *rays)]
            found.append(_met(body, solids.take(some), some, *own, side))
    pixel, part, depth = (np.concatenate(each) for each in zip(*found, strict=True))
    # The nearest wins: a depth above 0 is in the order of its bits.
    nearest = np.full(len(eyes.place) * side * side, np.iinfo(np.uint64).max, np.uint64)
    order = depth.view(np.uint32).astype(np.uint64) << np.uint64(32) | part.astype(np.uint64)
    np.minimum.at(nearest, pixel, order)
    pixel = np.flatnonzero(nearest != np.iinfo(np.uint64).max)
    nearest = nearest[pixel]
    depth = (nearest >> np.uint64(32)).astype(np.uint32).view(np.float32)
    return Hits(pixel, (nearest & np.uint64(0xFFFFFFFF)).astype(np.int64), depth)


def own_rays(solids: Solids, eyes: Eyes) -> tuple[np.ndarray, np.ndarray]:
    """Rays in the parts' own coordinates, q = start + depth·(forward + u·right + v·up).

    Returns:
        The start, P×3, and the three directions, P×3×3, row by row; float32.
    """
    matrix = solids.matrices()

    def turned(way):
        way = way[:, None]
        return (
            matrix[:, :, 0] * way[..., 0]
            + matrix[:, :, 1] * way[..., 1]
            + (matrix[:, :, 2] * way[..., 2])
        )

    start = turned(eyes.place[solids.piece] - solids.middle)
    ways = [turned(way[solids.piece]) for way in (eyes.forward, eyes.right, eyes.up)]
    return start.astype(np.float32), np.stack(ways, 1).astype(np.float32)


def _met(body, solids: Solids, numbers, low, high, start, ways, side: int):
    """(pixel, part, depth) of all rays that meet parts of one body.

    Args:
        numbers: What the parts are called.
        low, high: The windows of `_windows`.
        start, ways: The rays of `own_rays`.
    """
    forward, right, up = ways.transpose(1, 0, 2)
    part, row = counted(high[:, 1] - low[:, 1])
    row += low[part, 1]
    v = 1 - (2 * row + 1).astype(np.float32) / np.float32(side)
    line = forward[part] + v[:, None] * up[part]
    wide = (high[:, 0] - low[:, 0])[part]
    which, column = counted(wide)
    column += low[part, 0].repeat(wide)
    u = (2 * column + 1).astype(np.float32) / np.float32(side) - 1
    aim = [line[:, n].repeat(wide) + right[part, n].repeat(wide) * u for n in range(3)]
    place = [start[part, n].repeat(wide) for n in range(3)]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if body == BLOCK:
            depth = _block(place, aim)
        elif body == BALL:
            depth = _ball(place, aim)
        elif body == CUSHION:
            depth = _cushion(place, aim)
        else:
            depth = _bar(place, aim, *(
                values.astype(np.float32)[part].repeat(wide)
                for values in (solids.taper, solids.hole)
            ))  # fmt: skip
    hit = np.flatnonzero(depth < _NEVER)
    part, row = part[which[hit]], row[which[hit]]
    pixel = (solids.piece[part] * side + row) * side + column[hit]
    return pixel, numbers[part], depth[hit]


def _windows(solids: Solids, eyes: Eyes, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The pixels that each part may cover: (column, row) of the first, and beyond the last."""
    ends = solids.ends()
    corners = np.array(
        [(e, x, y, z) for e in (0, 1) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    )
    points = np.stack([ends[:, corners[:, 0], corners[:, 1 + n], n] for n in range(3)], 2)
    own = Eyes(*(way[solids.piece] for way in vars(eyes).values()))
    u, v, _ = own.across(points)
    low = np.stack([u.min(1), -v.max(1)], 1)
    high = np.stack([u.max(1), -v.min(1)], 1)
    low = np.clip(np.floor((low + 1) * side / 2 - 0.5), 0, side)
    high = np.clip(np.ceil((high + 1) * side / 2 + 0.5), 0, side)
    return low.astype(np.int32), np.maximum(low, high).astype(np.int32)


def _block(place, aim):
    near = far = None
    for start, way in zip(place, aim, strict=True):
        inverse = 1 / way
        middle = start * -inverse
        inverse = np.abs(inverse)
        enter, leave = middle - inverse, middle + inverse
        near = enter if near is None else np.maximum(near, enter)
        far = leave if far is None else np.minimum(far, leave)
    return np.where(near <= far, near, _NEVER)


def _ball(place, aim):
    a = aim[0] ** 2 + aim[1] ** 2 + aim[2] ** 2
    b = place[0] * aim[0] + place[1] * aim[1] + place[2] * aim[2]
    c = place[0] ** 2 + place[1] ** 2 + place[2] ** 2 - 1
    root = b * b - a * c
    return np.where(root > 0, (-b - np.sqrt(root)) / a, _NEVER)


def _cushion(place, aim):
    depth = _block(place, aim)
    at = np.flatnonzero(depth < _NEVER)
    place, aim = [each[at] for each in place], [each[at] for each in aim]
    t = depth[at]
    for _ in range(_STEPS):
        value, slope = np.float32(-1), np.float32(0)
        for start, way in zip(place, aim, strict=True):
            q = start + t * way
            cube = q * q * q
            value = value + cube * q
            slope = slope + cube * way
        # Past the nearest place of a ray that misses: it will not come back.
        t = np.where(slope < 0, t - value / (4 * slope), _NEVER)
    depth[at] = np.where(value < np.float32(0.05), t, _NEVER)
    return depth


def _bar(place, aim, taper, hole):
    width, grows = 1 + taper * place[0], taper * aim[0]
    a = aim[1] ** 2 + aim[2] ** 2
    b = place[1] * aim[1] + place[2] * aim[2]
    c = place[1] ** 2 + place[2] ** 2
    depth = np.full_like(a, _NEVER)

    def sides(share, at=slice(None)):
        first, second = a[at] - share * grows[at] ** 2, b[at] - share * width[at] * grows[at]
        root = np.sqrt(second**2 - first * (c[at] - share * width[at] ** 2))
        for sign in (-1, 1):
            t = (sign * root - second) / first
            # No root, no number: and that is not on the bar.
            yield np.where((np.abs(place[0][at] + t * aim[0][at]) <= 1) & (t > 0), t, _NEVER)

    for t in sides(1):
        np.minimum(depth, t, out=depth)
    end = -np.sign(aim[0])
    t = (end - place[0]) / aim[0]
    outer = (1 + taper * end) ** 2
    radius = a * t * t + 2 * b * t + c
    cap = (radius <= outer) & (radius >= outer * hole**2)
    np.minimum(depth, np.where(cap, t, _NEVER), out=depth)
    at = np.flatnonzero(hole > 0)
    if at.size:
        for t in sides(hole[at] ** 2, at):
            depth[at] = np.minimum(depth[at], t)
    return depth
