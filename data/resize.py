"""Cutting pictures to a square and resizing them, with antialiasing."""

from __future__ import annotations

import numpy as np
from PIL import Image


def square(picture: Image.Image, size: int) -> Image.Image:
    """The centred square of a picture, resized to size×size by area-true filtering."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    centre = picture.crop((left, top, left + side, top + side))
    # Pillow's filters widen with the scale, so this antialiases where it makes smaller.
    return centre if side == size else centre.resize((size, size), Image.Resampling.BICUBIC)


def to_square(images: np.ndarray, size: int) -> np.ndarray:
    """`square` for every picture of an array, uint8 N×H×W×C."""
    if images.shape[1:3] == (size, size):
        return np.ascontiguousarray(images)
    out = np.empty((len(images), size, size, images.shape[-1]), np.uint8)
    for target, image in zip(out, images, strict=True):
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        target[...] = np.asarray(square(picture, size)).reshape(target.shape)
    return out
