"""Pairs made from single pictures: each input is its picture with something taken away.

| pairs    | the input is                               | so that a translator learns |
|----------|--------------------------------------------|-----------------------------|
| `edges`  | the outlines, black on white               | to paint sketches           |
| `grey`   | the brightness                             | to colour                   |
| `lowres` | blocks of 4×4 pixels, each of one colour   | to sharpen                  |
| `mask`   | the picture with a grey hole               | to fill in                  |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from data.errors import Refused
from data.levels import Levels
from data.reading import Pairs
from data.source import Source, WrappedSource

BLOCK = 4
#: Range of a hole's height and width, as shares of the picture's.
HOLE = (0.25, 0.5)
#: The value that fills a hole: the middle, 0 where pictures are in [-1, 1].
FILLING = 128
# Canny's blur, in pixels of a picture 64 pixels wide; outlines of larger pictures are as
# coarse in the same measure.
_BLUR = 0.75
# The brightness of red, green and blue in grey (ITU-R BT.601, as in Pillow's "L").
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)


def edges(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Canny edges (Canny 1986), black on white.

    Args:
        images: uint8 N×H×W×C.
        numbers: One a picture; changes nothing here.

    Returns:
        uint8 N×H×W×1.
    """
    # Takes a while to import, and few trainings need it.
    from skimage.feature import canny

    blur = max(_BLUR, _BLUR * min(images.shape[1:3]) / 64)
    bright = grey(images, numbers)[..., 0] if images.shape[-1] == 3 else images[..., 0]
    found = [canny(picture, blur, 0.1 * 255, 0.2 * 255) for picture in bright.astype(np.float32)]
    return np.where(np.reshape(found, bright.shape), 0, 255).astype(np.uint8)[..., None]


def grey(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Luma (ITU-R BT.601), uint8 N×H×W×1; see `edges`."""
    return np.rint(images @ _BRIGHTNESS).astype(np.uint8)[..., None]


def lowres(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Pictures averaged over blocks of `BLOCK`×`BLOCK` pixels, uint8 N×H×W×C; see `edges`.

    Blocks at the right and lower edge may be cut off.
    """
    height, width = images.shape[1:3]
    over = ((0, 0), (0, -height % BLOCK), (0, -width % BLOCK), (0, 0))
    whole = np.pad(images, over, mode="edge").astype(np.float32)
    count, high, wide, channels = whole.shape
    blocks = whole.reshape(count, high // BLOCK, BLOCK, wide // BLOCK, BLOCK, channels)
    small = np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)
    return small.repeat(BLOCK, 1).repeat(BLOCK, 2)[:, :height, :width]


def mask(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Pictures with one rectangular hole each, filled with `FILLING`; see `edges`.

    Args:
        numbers: Another number is another hole.
    """
    height, width = images.shape[1:3]
    holed = np.array(images)
    for picture, number in zip(holed, numbers, strict=True):
        rng = np.random.default_rng(int(number))
        high, wide = (np.rint(rng.uniform(*HOLE, 2) * (height, width))).astype(int)
        top, left = rng.integers(0, height - high + 1), rng.integers(0, width - wide + 1)
        picture[top : top + high, left : left + wide] = FILLING
    return holed


WAYS: dict[str, Callable] = {"edges": edges, "grey": grey, "lowres": lowres, "mask": mask}


class DerivedPairs(WrappedSource):
    """Pairs whose inputs are made from another source's pictures."""

    kind = "pairs"

    def __init__(self, source: Source, way: Pairs):
        if source.kind == "domains":
            raise Refused(source.ask_for_one())
        if source.kind not in ("pictures", "pairs"):
            raise Refused(f"--pairs {way}: {source.name} gives {source.kind}, not pictures")
        if way == "grey" and source.channels == 1:
            raise Refused(f"--pairs grey: the pictures of {source.name} are grey already")
        super().__init__(source)
        self._way, self.factors, self.modes = way, source.factors, source.modes
        self.label_maps = tuple(side for side in source.label_maps if side == "samples")
        self.input_channels = 1 if way in ("edges", "grey") else source.channels

    @property
    def levels(self) -> dict[str, Levels]:
        """As `Source.levels`; the inputs are made of pictures that have these already."""
        if "real" not in self._source.levels:
            return {}
        return dict.fromkeys(("real", "input"), self._source.levels["real"])

    def load(self, split, size, count, seed):
        """As `Source.load`; the inputs are made when samples are taken."""
        loaded = self._source.load(split, size, count, seed)
        return replace(loaded, inputs=None, derive=WAYS[self._way])
