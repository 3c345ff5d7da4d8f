"""Folders for tests: pictures whose content is known, in any layout."""

import numpy as np
from PIL import Image


def noise(size=(40, 30), seed=0, mode="RGB"):
    """A picture of random pixels; size is (width, height)."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def flat(colour, size=(16, 16)):
    """A picture of one colour."""
    return Image.new("RGB", size, colour)


def put(folder, names, size=(16, 16), start=0):
    """A picture of its own brightness, from `start` on, under each name."""
    for number, name in enumerate(names, start):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        flat((number,) * 3, size).save(path)
    return folder


def brightness(images):
    """What tells the pictures of `put` apart."""
    return images[:, 0, 0, 0].tolist()
