"""Between pixels, uint8 in 0 … 255, and what networks see, float32 in [-1, 1]."""

from __future__ import annotations

import numpy as np


def to_float(pixels: np.ndarray) -> np.ndarray:
    """uint8 → float32 in [-1, 1]; 0 is -1, and 255 is 1."""
    return pixels.astype(np.float32) / 127.5 - 1


def to_pixels(values: np.ndarray) -> np.ndarray:
    """Float in [-1, 1] → uint8, rounded; what lies beyond is clipped."""
    return np.clip((np.asarray(values, np.float32) + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)
