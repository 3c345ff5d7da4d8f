"""Patches of pictures compared with those of a painting of each: a style that changes."""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from .patches import COMPLETENESS, DESCRIBED_BY, cut, describing, votes
from .sliced import directions, drawn_out, in_order

# Patches of a painting that are compared with, and those of a picture that tell which ones are in
# demand, at most.
_MOST = 1024


class PairedPatches:
    """Distances between the patches of pictures and those of one painting for each picture.

    What `NearestPatches` and `SlicedDistance` are for one painting that is known beforehand.

    Args:
        kernel: Pixels a side of a patch.
        seed: Seed of the filters that describe patches, and of the directions.
    """

    def __init__(self, kernel: int, seed: int):
        rng = np.random.default_rng([seed, 0x9A125])
        self.kernel = kernel
        self._filters = describing(kernel * kernel * 3, rng)
        self._directions = directions(kernel * kernel * 3, rng)

    def nearest(self, pictures, paintings, offset):
        """Compute the distance between each patch and its painting's nearest, a scalar.

        Args:
            pictures, paintings: N×H×W×3 in [-1, 1]; they may differ in height and width.
            offset: Where the grid of patches begins, as in `votes`.
        """
        places = math.prod(side - self.kernel + 1 for side in paintings.shape[1:3])
        theirs = cut(paintings, self.kernel, math.ceil(math.sqrt(places / _MOST)))
        described = ops.matmul(theirs, self._filters)
        # What a patch costs that many others are near to.
        slack = COMPLETENESS * DESCRIBED_BY * ops.var(theirs, axis=(1, 2), keepdims=True)

        def answer(patches):
            mine = ops.matmul(patches, self._filters)
            away = _squares(mine, described)
            demand = ops.min(away[:, :: math.ceil(mine.shape[1] / _MOST)], axis=1, keepdims=True)
            which = ops.argmin(away / (demand + slack), axis=2)
            return ops.take_along_axis(theirs, which[..., None], axis=1)

        return votes(pictures, self.kernel, offset, answer)

    def spread(self, pictures, paintings, which):
        """Compute the squared sliced Wasserstein distance of the patches, a scalar.

        Args:
            pictures, paintings: N×H×W×3 in [-1, 1]; they may differ in height and width.
            which: Indices of the directions, from 0 to `DIRECTIONS` - 1.
        """
        along = ops.take(self._directions, which, axis=0)
        mine, theirs = in_order(pictures, along), in_order(paintings, along)
        return ops.mean((mine - drawn_out(theirs, mine.shape[-1])) ** 2)


def _squares(mine, theirs):
    """Squared distances N×P×M between vectors N×P×C and N×M×C."""
    both = ops.matmul(mine, ops.transpose(theirs, (0, 2, 1)))
    squares = ops.sum(mine**2, axis=-1)[:, :, None] + ops.sum(theirs**2, axis=-1)[:, None]
    return ops.maximum(squares - 2 * both, 0.0)
