"""`stacked_digits`: three independent digits as red, green and blue, a thousand modes.

The test for lost modes on pictures (Metz et al. 2017, section 3.3.1, with MNIST's digits).
Known: the three digits and the mode, 100·red + 10·green + blue. Hidden: typefaces, poses and
all else of `digits`. The thousand modes are equally likely. What a cheat could exploit: the
channels do not depend on each other, so a generator of single digits run three times over
has all the modes; only recipes that make the picture as a whole are tested by it.
"""

from __future__ import annotations

import numpy as np

from data.samples import SampleSet
from data.worlds.digits import WORLD as DIGITS
from data.worlds.world import World


class StackedDigits(World):
    """Colour pictures of three digits on top of each other."""

    name = "stacked_digits"
    version = DIGITS.version
    channels = 3
    smallest_size = DIGITS.smallest_size
    largest_size = DIGITS.largest_size
    usual_size = DIGITS.usual_size
    # Each picture is three.
    chunk_pixels = DIGITS.chunk_pixels // 3
    factors = {
        "mode": tuple(f"mode {number:03}" for number in range(1000)),
        "red": tuple(f"red {digit}" for digit in range(10)),
        "green": tuple(f"green {digit}" for digit in range(10)),
        "blue": tuple(f"blue {digit}" for digit in range(10)),
    }

    modes = ("red", "green", "blue")

    def draw_chunk(self, indices, size, seed):
        """Draw a few pictures."""
        # Picture i is made of the digits 3i, 3i + 1 and 3i + 2.
        single = (indices[:, None] * np.uint64(3) + np.arange(3, dtype=np.uint64)).ravel()
        digits = DIGITS.draw_chunk(single, size, seed)
        images = digits.samples[..., 0].reshape(len(indices), 3, size, size)
        labels = digits.factors["label"].reshape(len(indices), 3)
        known = {"mode": labels @ np.array([100, 10, 1], np.int32)}
        known |= dict(zip(("red", "green", "blue"), labels.T.copy(), strict=True))
        return SampleSet(np.ascontiguousarray(images.transpose(0, 2, 3, 1)), known)


WORLD = StackedDigits()
