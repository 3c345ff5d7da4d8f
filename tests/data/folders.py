"""Folders for tests: pictures whose content is known, in any layout."""

import numpy as np
from PIL import Image

import data
from data.reading import Reading

#: Names of some pictures.
NAMES = [f"p{i}.png" for i in range(4)]


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


def class_folder(place, classes=6, each=4, size=(20, 16)):
    """A folder of class folders; pictures of a class are one texture, a little shifted."""
    rng = np.random.default_rng(0)
    for number in range(classes):
        (place / f"person{number}").mkdir(parents=True)
        texture = rng.integers(0, 256, (24, 24, 3), np.uint8)
        for shift in range(each):
            pixels = np.roll(texture, shift, axis=1)[: size[1], : size[0]]
            Image.fromarray(pixels).save(place / f"person{number}" / f"{shift}.png")
    return place


def both(folder, first="A", second="B", names=NAMES):
    """Two folders of pictures of the same names."""
    put(folder / first, names)
    put(folder / second, names, start=100)
    return folder


def find(folder, **choices):
    """The source that a folder is, read by these choices."""
    return data.find(str(folder), Reading(**choices))


def load(source, split="train", size=16):
    return source.load(split, size, 0, 0)
