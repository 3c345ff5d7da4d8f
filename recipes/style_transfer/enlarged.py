"""Pictures that are too small for a network, painted larger and reduced again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image


def at_least(
    side: int, paint: Callable[[np.ndarray], np.ndarray], picture: np.ndarray
) -> np.ndarray:
    """Paint a picture whose shorter side has `side` pixels or more; the size is kept.

    Args:
        side: Pixels.
        paint: uint8 H×W×3 -> the same.
        picture: uint8 H×W×3.
    """
    height, width = picture.shape[:2]
    scale = side / min(height, width)
    if scale <= 1:
        return paint(picture)
    large = resized(picture, round(height * scale), round(width * scale))
    return resized(paint(large), height, width)


def resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a picture, uint8 H×W×3."""
    if picture.shape[:2] == (height, width):
        return picture
    filtering = Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(picture).resize((width, height), filtering))
