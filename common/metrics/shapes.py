"""Measures of shapes of voxels: overlap, connectedness, symmetry, and a plain description."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from common.batches import any_of

# Pixels a side at which views are compared, and cells a side of a description.
_VIEW, _CELLS = 32, 8
#: Occupancies at which a mean shape may be cut.
THRESHOLDS = np.linspace(0.05, 0.7, 14)
# Shapes that are looked at together.
_AT_ONCE = 500


def iou(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Compute the intersection over union of grids, bool N×…, row by row; of two empty ones 0."""
    one, other = one.reshape(len(one), -1), other.reshape(len(other), -1)
    return (one & other).sum(1) / np.maximum((one | other).sum(1), 1)


def connected(grids: np.ndarray) -> np.ndarray:
    """Compute the share of each grid's occupied voxels in its largest part; of an empty one 0.

    Voxels of a part are joined by their faces.

    Args:
        grids: bool N×S×S×S×1.
    """
    from scipy.ndimage import label

    shares = np.zeros(len(grids))
    for number, grid in enumerate(grids[..., 0]):
        parts, count = label(grid)
        if count:
            sizes = np.bincount(parts.ravel())[1:]
            shares[number] = sizes.max() / sizes.sum()
    return shares


def symmetry(grids: np.ndarray) -> np.ndarray:
    """Compute the IoU of each grid, bool N×S×S×S×1, with its mirror image along the first axis."""
    return iou(grids, grids[:, ::-1])


def described(grids: np.ndarray, cells: int = _CELLS) -> np.ndarray:
    """Describe grids by the occupied share of each of cells×cells×cells blocks.

    Args:
        grids: bool N×S×S×S×1.

    Returns:
        float32 N×cells³, or N×S³ of smaller grids.
    """
    side = grids.shape[1]
    edges = np.arange(min(cells, side)) * side // min(cells, side)
    sizes = np.diff([*edges, side]).astype(np.float32)
    parts = []
    for some in _parts(grids):
        values = some[..., 0].astype(np.float32)
        for axis in (1, 2, 3):
            shape = [1] * 4
            shape[axis] = -1
            values = np.add.reduceat(values, edges, axis=axis) / sizes.reshape(shape)
        parts.append(values.reshape(len(some), -1))
    return np.concatenate(parts)


def mean_shape(training: np.ndarray) -> np.ndarray:
    """Find the one shape that is most like all others: their mean, cut where the IoU is largest.

    Args:
        training: bool N×S×S×S×1.

    Returns:
        bool S×S×S×1.
    """
    mean = sum(some.sum(0, dtype=np.float64) for some in _parts(training)) / len(training)
    some = training[any_of(len(training), 4 * _AT_ONCE, 0, "cut")]
    cuts = [mean > threshold for threshold in THRESHOLDS]
    return max(cuts, key=lambda cut: iou(np.broadcast_to(cut, some.shape), some).mean())


def nearest_views(training: np.ndarray, tests: np.ndarray) -> np.ndarray:
    """Find the training view with the least mean squared difference from each test view.

    Args:
        training, tests: uint8 M×H×W×C and N×H×W×C; compared at 32×32 pixels.

    Returns:
        N indices.
    """
    from data.resize import all_fitted

    asked = all_fitted(tests, _VIEW).reshape(len(tests), -1).astype(np.float32)
    distances = []
    for some in _parts(training):
        known = all_fitted(some, _VIEW).reshape(len(some), -1).astype(np.float32)
        # But for what is the same for all.
        distances.append((known**2).sum(1) - 2 * asked @ known.T)
    return np.concatenate(distances, axis=1).argmin(1)


def most_similar(training: np.ndarray, tests: np.ndarray) -> np.ndarray:
    """Compute the largest IoU of each test shape with any training shape, bool N×S×S×S×1 each."""
    asked = tests.reshape(len(tests), -1).astype(np.float32)
    best = np.zeros(len(tests))
    for some in _parts(training):
        known = some.reshape(len(some), -1).astype(np.float32)
        both = asked @ known.T
        best = np.maximum(best, (both / (asked.sum(1)[:, None] + known.sum(1) - both)).max(1))
    return best


def _parts(array: np.ndarray) -> Iterator[np.ndarray]:
    """An array, which may be a file, in stretches."""
    return (array[start : start + _AT_ONCE] for start in range(0, len(array), _AT_ONCE))
