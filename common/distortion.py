"""Random distortions of pictures: what is written or photographed twice is never quite the same."""

from __future__ import annotations

import numpy as np
from keras import ops

# What is done to a picture at strength 1. Its parts are those of Koch et al. 2015, section 3.2:
# each is done with probability ½.
_DEGREES, _SHEAR, _SCALE, _SHIFT = 10.0, 0.3, 0.2, 0.02


def drawn_transforms(
    rng: np.random.Generator, count: int, strength: float, side: int
) -> np.ndarray:
    """Draw affine maps that rotate, shear, scale and shift around the middle of a picture.

    Args:
        rng: What they are drawn with.
        count: How many.
        strength: By how much at most: 1 for 10°, .3 of a side, a fifth, and 2 % of a side.
        side: Pixels a side.

    Returns:
        float32 N×8, the map of each from places in the result to places in the picture, as
        `keras.ops.image.affine_transform` takes it.
    """
    drawn = rng.uniform(-strength, strength, (count, 7)) * (rng.random((count, 7)) < 0.5)
    angle = np.deg2rad(_DEGREES * drawn[:, 0])
    across, down = (_SHEAR * drawn[:, place] for place in (1, 2))
    wider, higher = (1 / (1 + _SCALE * drawn[:, place]) for place in (3, 4))
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = np.stack([np.stack([cosine, -sine], 1), np.stack([sine, cosine], 1)], 1)
    one = np.ones(count)
    sheared = np.stack([np.stack([one, across], 1), np.stack([down, one + across * down], 1)], 1)
    linear = turned @ sheared * np.stack([wider, higher], 1)[:, None]
    middle = np.full(2, (side - 1) / 2)
    shift = middle - linear @ middle + _SHIFT * side * drawn[:, 5:]
    rows = np.concatenate([linear, shift[:, :, None]], axis=2).reshape(count, 6)
    return np.concatenate([rows, np.zeros((count, 2))], axis=1).astype(np.float32)


def distorted(pictures, transforms):
    """Distort pictures N×H×W×C by a map N×8 each; beyond their edges lies what lies at them."""
    return ops.image.affine_transform(pictures, transforms, "bilinear", fill_mode="nearest")
