"""Solids seen from afar: their outlines, normals and skins, ray-traced once into tables.

What is drawn thousands of times is looked up (`data.drawing.sprites`): an apple that is drawn in
every picture anew is one of a few apples, turned, stretched, lit and coloured otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: How far a table reaches, in units of the solid's radius.
REACH = np.float32(1.45)
#: What a table tells of the surface: the normal to the right and upwards, two coordinates on the
#: skin, how much of it is stalk, how open the place is to the sky, and how near to the eye.
SURFACE = ("right", "up", "u", "v", "stalk", "open", "near")

# So far from the outline, the middle of a pixel that is half covered may be: in small pictures.
_SEEN = 0.5


@dataclass(frozen=True)
class Views:
    """Views of solids.

    Attributes:
        outline: Signed distance to the outline in units of the radius, float32
            (views, cells, cells), rows running upwards, over [-REACH, REACH]².
        surface: `SURFACE`, float32 (views · cells · cells, 7).
    """

    outline: np.ndarray
    surface: np.ndarray

    @cached_property
    def extent(self) -> np.ndarray:
        """How far each solid reaches from the middle, float32 (views,)."""
        cells = self.outline.shape[-1]
        centres = ((np.arange(cells) + 0.5) * (2 / cells) - 1) * REACH
        away = np.hypot(centres[None, :], centres[:, None])
        edge = 2 * REACH / cells
        return np.array([away[o < edge].max() + edge for o in self.outline], np.float32)


@dataclass(frozen=True)
class Solid:
    """A solid as functions of points (n, 3) in its own frame, whose axis is z.

    Attributes:
        distance: Signed distances, negative inside: nearly exact near the surface. The first
            is the body's, the second the stalk's.
        skin: Two coordinates on the skin.
        turned: From the frame of the view (x to the right, y upwards, z to the eye) to its own.
    """

    distance: Callable[[np.ndarray], Sequence[np.ndarray]]
    skin: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    turned: np.ndarray


def traced(solids: Sequence[Solid], cells: int, steps: int = 40) -> Views:
    """Trace one ray through each cell of a table for each solid."""
    centres = ((np.arange(cells) + 0.5) * (2 / cells) - 1) * float(REACH)
    x, y = (a.ravel().astype(np.float32) for a in np.meshgrid(centres, centres))
    outlines, surfaces = [], []
    for solid in solids:
        outline, surface = _trace(solid, x, y, steps)
        outlines.append(outline.reshape(cells, cells))
        surfaces.append(surface)
    return Views(np.stack(outlines).astype(np.float32), np.concatenate(surfaces).astype(np.float32))


def _trace(solid: Solid, x: np.ndarray, y: np.ndarray, steps: int):
    """Walk along all rays at once, as far as the distance says: (rays,), (rays, 7)."""
    right, up, near = solid.turned.astype(np.float32).T
    flat = np.multiply.outer(x, right) + np.multiply.outer(y, up)

    def at(chosen, z, offset=0):
        return flat[chosen] + np.multiply.outer(z, near) + offset

    def distance(points):
        return np.minimum.reduce(solid.distance(points))

    far = np.float32(REACH)
    z, outline, place = np.full_like(x, far), np.full_like(x, np.inf), np.full_like(x, far)
    left = np.arange(len(x))
    for _ in range(steps):
        away = distance(at(left, z[left]))
        closer = left[away < outline[left]]
        outline[left] = np.minimum(outline[left], away)
        place[closer] = z[closer]
        z[left] -= np.maximum(0.85 * away, 0.01)
        left = left[(away > 0.003) & (z[left] > -far)]
        if not left.size:
            break
    hit = outline <= 0.003
    touching = np.flatnonzero(hit)
    for _ in range(3):
        z[touching] -= 0.9 * distance(at(touching, z[touching]))
    # Beyond the outline counts what the ray comes closest to.
    z = np.where(hit, z, place)
    # Inside of it, the deepest point of the ray tells how far away the outline is.
    inside = np.flatnonzero(hit)
    deepest = np.full(len(inside), np.inf, np.float32)
    for depth in np.linspace(-0.95, 0.95, 14, dtype=np.float32):
        deepest = np.minimum(deepest, distance(at(inside, np.full(len(inside), depth))))
    outline[inside] = np.minimum(deepest, -0.001)
    # Nobody looks far beyond it.
    seen = np.flatnonzero(outline < _SEEN)
    points = at(seen, z[seen])
    slopes = [
        distance(points + step) - distance(points - step)
        for step in np.float32(0.015) * np.stack([right, up, near])
    ]
    normal = np.stack(slopes, -1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.float32(1e-6))
    # How much room there is along the normal: cavities and creases are darker.
    room, outwards = np.zeros_like(normal[:, 0]), normal @ np.stack([right, up, near])
    for away in np.float32([0.1, 0.35]):
        room += np.clip(distance(points + away * outwards) / away, 0, 1) / 2
    u, v = solid.skin(points)
    nearest = np.argmin(np.stack(solid.distance(points)), 0)
    surface = np.zeros((len(x), len(SURFACE)), np.float32)
    known = (normal[:, 0], normal[:, 1], u, v, nearest == 1, room, z[seen])
    surface[seen] = np.stack(known, -1)
    return outline, surface


def rotation(axis: int, angle: float) -> np.ndarray:
    """Return the matrix, 3×3, that turns by an angle (radians) about one of the axes."""
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.eye(3)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[first, first] = matrix[second, second] = cos
    matrix[first, second], matrix[second, first] = -sin, sin
    return matrix


def capsule(points: np.ndarray, ends: np.ndarray, radii: Sequence[float]) -> np.ndarray:
    """Signed distance to a chain of straight pieces whose radius changes along it.

    Args:
        points: float32 (n, 3).
        ends: (k + 1, 3) for k pieces.
        radii: k + 1 of them.
    """
    nearest = None
    for start, stop, thick, thin in zip(ends[:-1], ends[1:], radii[:-1], radii[1:], strict=True):
        x, y, z = ((points - start.astype(np.float32)).T).copy()
        a, b, c = (float(part) for part in stop - start)
        share = np.clip((a * x + b * y + c * z) * (1 / (a * a + b * b + c * c)), 0, 1)
        away = np.sqrt((x - a * share) ** 2 + (y - b * share) ** 2 + (z - c * share) ** 2)
        away -= thick + (thin - thick) * share
        nearest = away if nearest is None else np.minimum(nearest, away)
    return nearest
