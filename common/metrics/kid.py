"""Kernel distance (KID), unbiased, with a confidence interval."""

from __future__ import annotations

import numpy as np

from common.metrics.checks import checked
from common.metrics.estimate import Estimate, mean_of

_BLOCK = 500
#: Rows of each set that are needed.
FEWEST = 20


def kernel_distance(real: np.ndarray, fake: np.ndarray, seed: int = 0) -> Estimate:
    """Squared maximum mean discrepancy under the kernel (x·y/d + 1)³ (KID).

    Bińkowski et al. 2018, section 4. Estimated without bias on disjoint blocks of equal
    size, so that the blocks are independent and Student's t gives the interval. For two
    sets of one distribution it is 0 in the mean, and often negative.

    Args:
        real, fake: Features, N×d and M×d, 20 rows or more. Up to 500 rows make a block; at
            least four blocks are made.
        seed: Seed of the division into blocks.

    Raises:
        Refused: as `checked`.
    """
    real, fake = checked(real, fake, at_least=lambda d: FEWEST)
    rng = np.random.default_rng(seed)
    real, fake = rng.permutation(real), rng.permutation(fake)
    rows = min(len(real), len(fake))
    size = min(_BLOCK, rows // 4)
    blocks = rows // size
    values = [
        _unbiased(real[i * size : (i + 1) * size], fake[i * size : (i + 1) * size])
        for i in range(blocks)
    ]
    return mean_of(values)


def _unbiased(x: np.ndarray, y: np.ndarray) -> float:
    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    n = len(x)
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    # Self-pairs are excluded.
    within = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (n * (n - 1))
    return within - 2 * xy.mean()
