"""Strokes of a pen: smooth curves through points, and the distance to them."""

from __future__ import annotations

import numpy as np


def curve(points: int, through: list[int], pieces: int) -> np.ndarray:
    """The weights of a smooth curve through some of `points` control points.

    A centripetal look is not needed here: this is the uniform Catmull-Rom spline, which is
    linear in its points, so one matrix serves every disturbed copy of a drawing.

    Args:
        through: The points that it passes, in order; the same first and last closes it.
        pieces: Straight pieces from one point to the next.

    Returns:
        float32 (straight pieces, 2 ends, points).
    """
    closed = through[0] == through[-1] and len(through) > 2
    before = through[-2] if closed else through[0]
    after = through[1] if closed else through[-1]
    chain = np.eye(points)[[before, *through, after]]
    # A straight line stays one piece.
    pieces = pieces if len(through) > 2 else 1
    places = []
    for start in range(1, len(chain) - 2):
        p = chain[start - 1 : start + 3]
        for t in np.arange(pieces) / pieces:
            weights = (
                -0.5 * t + t**2 - 0.5 * t**3,
                1 - 2.5 * t**2 + 1.5 * t**3,
                0.5 * t + 2 * t**2 - 1.5 * t**3,
                -0.5 * t**2 + 0.5 * t**3,
            )
            places.append(np.tensordot(weights, p, 1))
    places.append(chain[-2])
    return np.stack([places[:-1], places[1:]], 1).astype(np.float32)


def distance(x: np.ndarray, y: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Distance of every pixel to a bundle of straight pieces.

    Args:
        x, y: Coordinates of the pixels, (n, h, w).
        ends: float32 (n, pieces, 2 ends, 2); the same number of pieces for each picture.
    """
    nearest = None
    for piece in ends.transpose(1, 2, 3, 0)[..., None, None]:
        (ax, ay), (bx, by) = piece
        dx, dy = bx - ax, by - ay
        length = np.maximum(dx * dx + dy * dy, np.float32(1e-9))
        across, up = x - ax, y - ay
        along = across * (dx / length)
        along += up * (dy / length)
        np.clip(along, 0, 1, out=along)
        across -= along * dx
        up -= along * dy
        across *= across
        up *= up
        across += up
        nearest = across if nearest is None else np.minimum(nearest, across, out=nearest)
    return np.sqrt(nearest)
