"""Random crops and mirroring, the same for both halves of a pair (Isola et al. 2017, 6.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.resize import Size, height_and_width
from data.samples import SampleSet


@dataclass(frozen=True)
class Jitter:
    """Random cropping and mirroring.

    Pictures are loaded larger by `enlarged`, and `cut` takes a part of the wanted size from
    anywhere in them: what costs time, the resizing, is done once.
    """

    #: By how much larger pictures are loaded, as a share: 30/256 is the paper's 286 for 256.
    enlarged: float = 0.0
    #: Whether pictures are mirrored horizontally, each with probability ½.
    flip: bool = False

    def loaded_size(self, size: Size) -> Size:
        """The size at which pictures must be loaded to be cropped to `size`."""
        if not self.enlarged:
            return size
        height, width = (side + round(side * self.enlarged) for side in height_and_width(size))
        return height if height == width else (height, width)

    def cut(
        self, pictures: SampleSet, index: np.ndarray, size: Size, rng: np.random.Generator
    ) -> SampleSet:
        """Take some pictures and their inputs, with the same random crop for both.

        Args:
            pictures: Of `loaded_size`.
            index: Which of them.
            size: Of what is returned.
            rng: Decides where to crop and what to mirror.
        """
        chosen = pictures.samples[index]
        places = self._places(len(chosen), chosen.shape[1:3], height_and_width(size), rng)
        images = _cut_out(chosen, places, height_and_width(size))
        inputs = None
        if pictures.derive is not None:
            # From the pictures as they are now: a hole may be anywhere in each of them.
            inputs = pictures.derive(images, rng.integers(0, 2**32, len(images)))
        elif pictures.inputs is not None:
            inputs = _cut_out(pictures.inputs[index], places, height_and_width(size))
        factors = {name: values[index] for name, values in pictures.factors.items()}
        return SampleSet(images, factors, inputs)

    def _places(self, count: int, larger, size, rng) -> list[tuple[int, int, bool]]:
        """Top, left and whether to mirror, for each of `count` pictures."""
        tops, lefts = (
            rng.integers(0, have - want + 1, count) for have, want in zip(larger, size, strict=True)
        )
        mirrored = rng.random(count) < 0.5 if self.flip else np.zeros(count, bool)
        return list(zip(tops, lefts, mirrored, strict=True))


def centred(images: np.ndarray, size: Size) -> np.ndarray:
    """The central crop of each picture: a set loaded for jitter, without jitter."""
    height, width = height_and_width(size)
    top, left = (images.shape[1] - height) // 2, (images.shape[2] - width) // 2
    return images[:, top : top + height, left : left + width]


def _cut_out(images: np.ndarray, places: list, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    out = np.empty((len(images), height, width, images.shape[-1]), images.dtype)
    for target, image, (top, left, mirrored) in zip(out, images, places, strict=True):
        part = image[top : top + height, left : left + width]
        target[...] = part[:, ::-1] if mirrored else part
    return out
