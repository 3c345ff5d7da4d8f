"""Conversion between pixels (uint8, 0 to 255) and network values (float32, -1 to 1)."""

from __future__ import annotations

import numpy as np


def to_float(pixels: np.ndarray) -> np.ndarray:
    """Convert uint8 pixels to float32 in [-1, 1]; 0 becomes -1 and 255 becomes 1."""
    return pixels.astype(np.float32) / 127.5 - 1


def to_pixels(values: np.ndarray) -> np.ndarray:
    """Convert floats in [-1, 1] to uint8 pixels, rounded and clipped."""
    return np.clip((np.asarray(values, np.float32) + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)
