"""Voxel grids: checks, resizing, and shaded views."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from data.errors import Refused

#: The range of sizes that meshes are voxelised at, in cells a side.
SMALLEST, LARGEST = 4, 256
#: Pixels a side of a view.
VIEW = 96
# The camera looks down at a grid whose last axis points up, from its front and right; degrees.
_AZIMUTH, _ELEVATION = -60, 25
# The picture's side and the rays' length, in sides of the grid: all of a cube is inside.
_WIDTH, _DEPTH = 1.6, 1.75
# Samples a ray for each cell that it may pass.
_SAMPLES = 2
_AMBIENT = 0.35
# Directions whose rays are kept: those of a turntable.
_KEPT = 24


def is_grid(shape: tuple[int, ...]) -> bool:
    """Whether an array's shape is N×S×S×S or N×S×S×S×1."""
    return (len(shape) == 4 or (len(shape) == 5 and shape[4] == 1)) and len(set(shape[1:4])) == 1


def check(name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Refuse what is no array of voxel grids.

    Args:
        name: What to call the array in the message.
    """
    if not is_grid(shape):
        raise Refused(
            f"{name} has the shape {shape}; legal for voxels are (N, S, S, S) and (N, S, S, S, 1)"
        )
    if dtype not in (np.dtype(bool), np.dtype(np.uint8)):
        raise Refused(f"{name} is {dtype}; legal for voxels are bool, and uint8 of 0 and 1")
    if 0 in shape:
        raise Refused(f"{name} is empty")


def as_voxels(name: str, values: np.ndarray) -> np.ndarray:
    """Convert occupancy, bool or uint8 of 0 and 1, to bool N×S×S×S×1; a bool array is not copied.

    Raises:
        Refused: `check` refuses it, or it holds other numbers than 0 and 1.
    """
    # Of a split that holds none, none are taken.
    if len(values):
        check(name, values.shape, values.dtype)
    if values.dtype != bool:
        if values.max(initial=0) > 1:
            raise Refused(f"{name} holds {values.max()}; legal for voxels are 0 and 1")
        values = values.astype(bool)
    return values if values.ndim == 5 else values[..., None]


def told_of(name: str, voxels: np.ndarray) -> tuple[str, ...]:
    """A remark on grids, bool N×S×S×S×1, of which some are empty or full.

    Raises:
        Refused: all are: nothing can be learned from them.
    """
    shares = voxels.mean((1, 2, 3, 4))
    remarks = []
    for what, count in (("empty", (shares == 0).sum()), ("full", (shares == 1).sum())):
        if count == len(voxels):
            raise Refused(f"{name}: all {count:,} grids are {what}; legal are shapes")
        remarks += [f"{name}: {count:,} of {len(voxels):,} grids are {what}"] if count else []
    return tuple(remarks)


def side_of(size: int | tuple[int, int]) -> int:
    """The side of a cubic grid, in cells.

    Raises:
        Refused: the size is not that of a cube.
    """
    side, *others = (size,) if isinstance(size, int) else size
    if any(other != side for other in others):
        raise Refused(f"{size[0]}×{size[1]}: voxels are as high as they are wide")
    return side


def resized(voxels: np.ndarray, size: int) -> np.ndarray:
    """Bring voxel grids, bool N×S×S×S×1, to another side.

    Larger grids repeat each cell by a whole factor, with empty cells around; a cell of a
    smaller grid is occupied where any of the cells that it replaces is, so that thin parts
    stay.
    """
    side = voxels.shape[1]
    if size == side:
        return voxels
    if size < side:
        # The first old cell whose centre lies in each new one.
        first = np.ceil(np.arange(size) * side / size - 0.5).astype(int)
        for axis in (1, 2, 3):
            voxels = np.logical_or.reduceat(voxels, first, axis=axis)
        return voxels
    factor = size // side
    for axis in (1, 2, 3):
        voxels = voxels.repeat(factor, axis)
    low = (size - factor * side) // 2
    high = size - factor * side - low
    return np.pad(voxels, ((0, 0), *[(low, high)] * 3, (0, 0)))


def views(voxels: np.ndarray, size: int = VIEW) -> np.ndarray:
    """Render voxel grids, shaded, orthographic and from one fixed direction.

    Args:
        voxels: bool N×S×S×S×1; the last of the three axes points up.
        size: Pixels a side.

    Returns:
        uint8 N×size×size×1, on white.
    """
    return turned(voxels, [0], size)[0]


def turned(voxels: np.ndarray, angles: Sequence[float], size: int = VIEW) -> np.ndarray:
    """Render voxel grids as `views`, each turned about its upright axis.

    Args:
        voxels: As for `views`.
        angles: Degrees counterclockwise, seen from above: by 90 the first axis becomes the second.
        size: Pixels a side.

    Returns:
        uint8 A×N×size×size×1, on white: a picture of every grid for each angle.
    """
    # Takes a while to import, and few sets need it.
    from scipy.ndimage import gaussian_filter

    side = voxels.shape[1]
    out = np.full((len(angles), len(voxels), size * size), 255, np.uint8)
    for number, grid in enumerate(voxels[..., 0]):
        # A layer of empty cells around it is what rays pass outside the grid.
        whole = np.pad(grid, 1)
        # The surface is where a smoothed occupancy falls.
        smooth = gaussian_filter(whole.astype(np.float32), 1.0)
        inwards = np.stack([axis.ravel() for axis in np.gradient(smooth)], -1)
        inwards /= np.linalg.norm(inwards, axis=1, keepdims=True) + 1e-6
        for angle, pictures in zip(angles, out, strict=True):
            cells, towards = _rays(side, size, angle % 360)
            along = whole.ravel()[cells]
            hit = along.any(1)
            place = cells[np.arange(len(cells)), along.argmax(1)][hit]
            light = np.clip(-inwards[place] @ towards, 0, 1)
            shade = 235 * (_AMBIENT + (1 - _AMBIENT) * light)
            pictures[number, hit] = np.rint(shade).astype(np.uint8)
    return out.reshape(len(angles), len(voxels), size, size, 1)


@lru_cache(maxsize=_KEPT)
def _rays(side: int, size: int, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """The cells that each pixel's ray passes, nearest first, in a grid with a border of one cell.

    Args:
        angle: By how many degrees the grid is turned.

    Returns:
        Flat indices, size²×K; and the unit vector towards the light.
    """
    # A grid that turns to one side looks as if the camera went to the other.
    ca, sa, ce, se = *_of(_AZIMUTH - angle), *_of(_ELEVATION)
    back = np.array([ca * ce, sa * ce, se])
    right, up = np.array([-sa, ca, 0]), np.array([-ca * se, -sa * se, ce])
    half = _WIDTH * side / 2
    across = (np.arange(size) + 0.5) / size * 2 * half - half
    depth = _DEPTH * side * np.linspace(0.5, -0.5, round(_DEPTH * side * _SAMPLES))
    points = (
        across[None, :, None, None] * right
        - across[:, None, None, None] * up
        + depth[None, None, :, None] * back
    )
    cells = np.clip(np.floor(points + side / 2).astype(int) + 1, 0, side + 1)
    flat = np.ravel_multi_index(tuple(np.moveaxis(cells, -1, 0)), (side + 2,) * 3)
    light = back + 0.5 * up - 0.4 * right
    flat = flat.reshape(size * size, -1).astype(np.int32)
    return flat, (light / np.linalg.norm(light)).astype(np.float32)


def _of(degrees: float) -> tuple[float, float]:
    return np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
