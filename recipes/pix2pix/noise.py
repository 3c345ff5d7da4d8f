"""Dropout as noise that is drawn outside of the generator."""

from __future__ import annotations

import numpy as np

#: Blocks of the decoder, from the bottleneck on, that have dropout.
NOISY = 3


def dropout(
    config, rng: np.random.Generator, count: int, size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Draw the dropout masks of the decoder's first blocks, which are inputs of the generator.

    Kept values are scaled up so that the mean stays.

    Args:
        config: `halvings`, `width` and `dropout`, the share of values that are dropped.
        size: (height, width) of the pictures, multiples of 2^halvings.

    Returns:
        `noise_1`, `noise_2` …: float32 count×h×w×c, one for each block: 0 or 1 / (1 − rate).
    """
    masks = {}
    for number in range(min(NOISY, config.halvings - 1)):
        down = config.halvings - 1 - number
        height, width = (side >> down for side in size)
        channels = config.width * min(2 ** (down - 1), 8)
        kept = rng.random((count, height, width, channels), np.float32) >= config.dropout
        masks[f"noise_{number + 1}"] = kept.astype(np.float32) / np.float32(1 - config.dropout)
    return masks
