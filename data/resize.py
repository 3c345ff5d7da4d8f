"""Antialiased resizing of pictures to a given height and width."""

from __future__ import annotations

import numpy as np
from PIL import Image

from data.pictures import BACKGROUND

#: Height and width in pixels; one number is a square's side.
Size = int | tuple[int, int]


def height_and_width(size: Size) -> tuple[int, int]:
    """(height, width) of a size."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def fitted(
    picture: Image.Image, size: Size, fit: str = "crop", label_map: bool = False
) -> Image.Image:
    """Resize a picture to a height and width, keeping its aspect ratio.

    Args:
        fit: "crop" takes the largest centred part of the wanted shape; "pad" takes the whole
            picture and surrounds it with `BACKGROUND`.
        label_map: Take the nearest pixel, so that no new value arises; else Pillow's bicubic
            filter, which widens with the scale and so antialiases where it makes smaller.
    """
    height, width = height_and_width(size)
    filtering = Image.Resampling.NEAREST if label_map else Image.Resampling.BICUBIC
    if fit == "pad":
        scale = min(width / picture.width, height / picture.height)
        inner = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        small = picture if inner == picture.size else picture.resize(inner, filtering)
        padded = Image.new(picture.mode, (width, height), BACKGROUND)
        padded.paste(small, ((width - inner[0]) // 2, (height - inner[1]) // 2))
        return padded
    # The part's shape in whole pixels: as wide as high where a square is wanted.
    part_width = min(picture.width, max(1, round(picture.height * width / height)))
    part_height = min(picture.height, max(1, round(picture.width * height / width)))
    left, top = (picture.width - part_width) // 2, (picture.height - part_height) // 2
    part = picture.crop((left, top, left + part_width, top + part_height))
    return part if part.size == (width, height) else part.resize((width, height), filtering)


def all_fitted(images: np.ndarray, size: Size, fit: str = "crop") -> np.ndarray:
    """Apply `fitted` to every picture of an array, uint8 N×H×W×C."""
    height, width = height_and_width(size)
    if images.shape[1:3] == (height, width):
        return np.ascontiguousarray(images)
    out = np.empty((len(images), height, width, images.shape[-1]), np.uint8)
    for target, image in zip(out, images, strict=True):
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        target[...] = np.asarray(fitted(picture, size, fit)).reshape(target.shape)
    return out
