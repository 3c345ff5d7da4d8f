"""Sliced distance: whether patches are spread in a picture as they are in a painting."""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from .patches import around

#: Directions that there are, and how many of them a step looks along.
DIRECTIONS, AT_ONCE = 1024, 32
#: Patches of a painting, at most: their order is all that is kept of them.
MOST_SORTED = 20_000


class SlicedDistance:
    """Squared Wasserstein distance between patches of a picture and of a painting, by directions.

    Along one direction each patch is a number. Two sets of numbers are spread alike if they are
    the same once both are sorted. (Of pictures' patches: Elnekave and Weiss 2022; of VGG's maps:
    Heitz et al. 2021.) Nothing is asked of a single patch, but that all of them together have the
    painting's colours, contrasts and edges as often as it has them.

    Args:
        patches: The painting's, K×(kernel·kernel·3), as `patches_of` takes them.
        rng: Draws the directions.
    """

    def __init__(self, patches: np.ndarray, rng: np.random.Generator):
        size = patches.shape[1]
        self.kernel = math.isqrt(size // 3)
        self._directions = directions(size, rng)
        #: The painting's patches along each direction, from least to largest: DIRECTIONS×K.
        self.sorted = np.sort(self._directions @ patches.T, axis=1)

    def __call__(self, pictures, which):
        """Compute the loss of pictures N×H×W×3 in [-1, 1], a scalar.

        Args:
            which: Indices of the directions, from 0 to `DIRECTIONS` - 1.
        """
        mine = in_order(pictures, ops.take(self._directions, which, axis=0))
        theirs = drawn_out(ops.take(self.sorted, which, axis=0), mine.shape[-1])
        return ops.mean((mine - theirs) ** 2)


def directions(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw directions of length 1 in the space of patches of `size` values: DIRECTIONS×size."""
    # At right angles as far as there are so many, so that no two of them say the same.
    turned = [
        np.linalg.qr(rng.standard_normal((size, size)))[0] for _ in range(-(-DIRECTIONS // size))
    ]
    return np.concatenate(turned)[:DIRECTIONS].astype(np.float32)


def in_order(pictures, along):
    """Order the patches of pictures N×H×W×3 along directions D×(kernel·kernel·3): N×D×(H·W)."""
    kernel = math.isqrt(along.shape[1] // 3)
    before = (kernel - 1) // 2
    seen = around(pictures, before, kernel - 1 - before)
    filters = ops.transpose(ops.reshape(along, (-1, kernel, kernel, 3)), (1, 2, 3, 0))
    numbers = ops.conv(seen, filters, padding="valid")
    count, height, width, many = numbers.shape
    numbers = ops.transpose(numbers, (0, 3, 1, 2))
    return ops.sort(ops.reshape(numbers, (count or -1, many, height * width)), axis=-1)


def drawn_out(ordered, count: int):
    """Take `count` of ordered numbers (…, K), from all parts of them alike: (…, count)."""
    last = ordered.shape[-1] - 1
    place = np.clip((np.arange(count) + 0.5) / count * (last + 1) - 0.5, 0, last)
    below = np.floor(place).astype(int)
    above, share = np.minimum(below + 1, last), (place - below).astype(np.float32)
    lower, upper = ops.take(ordered, below, axis=-1), ops.take(ordered, above, axis=-1)
    return lower + share * (upper - lower)
