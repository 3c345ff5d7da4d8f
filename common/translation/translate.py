"""A trained network put to work on pictures of any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from common.samples import to_pixels

#: (dice, count, (height, width)) -> the arrays that a network takes beside pictures.
Noise = Callable[[np.random.Generator, int, tuple[int, int]], list[np.ndarray]]


def no_noise(dice: np.random.Generator, count: int, size: tuple[int, int]) -> list[np.ndarray]:
    """Of a network that takes nothing but pictures."""
    return []


class Translator:
    """A network from pictures to pictures, for one picture of any size at a time.

    Args:
        network: (1, H, W, C) in [-1, 1], and noise → (1, H, W, C').
        multiple: Of which H and W must be multiples; what lacks is mirrored at the right
            and lower edge, and cut off again.
        noise: What the network takes beside pictures.
        tile: (height, width) of the pictures that it was trained on: larger ones are
            translated in overlapping parts of that size. None: always whole.
    """

    def __init__(
        self,
        network: Callable,
        multiple: int,
        noise: Noise = no_noise,
        tile: tuple[int, int] | None = None,
    ):
        self._network, self._multiple, self._noise, self._tile = network, multiple, noise, tile

    def __call__(self, picture: np.ndarray, dice: np.random.Generator) -> np.ndarray:
        """Translate a picture.

        Args:
            picture: float32 H×W×C in [-1, 1].
            dice: Decides the noise.

        Returns:
            float32 H×W×C' in [-1, 1].
        """
        height, width = picture.shape[:2]
        if self._tile is None or (height <= self._tile[0] and width <= self._tile[1]):
            return self._whole(picture, dice)
        tile = [min(side, most) for side, most in zip((height, width), self._tile, strict=True)]
        tops, lefts = (_starts(*pair) for pair in zip((height, width), tile, strict=True))
        # Each part counts most in its middle and hardly at its edges, where it knows least.
        weight = np.multiply.outer(_ramp(tile[0]), _ramp(tile[1]))[..., None]
        total, weights = 0.0, np.zeros((height, width, 1), np.float32)
        for top in tops:
            for left in lefts:
                place = slice(top, top + tile[0]), slice(left, left + tile[1])
                made = self._whole(picture[place], dice)
                if np.isscalar(total):
                    total = np.zeros((height, width, made.shape[-1]), np.float32)
                total[place] += weight * made
                weights[place] += weight
        return total / weights

    def all(self, pictures: np.ndarray, seed: int = 0) -> np.ndarray:
        """Translate pictures, uint8 or float in [-1, 1], N×H×W×C; the same ones alike."""
        if pictures.dtype == np.uint8:
            pictures = pictures.astype(np.float32) / 127.5 - 1
        return np.stack(
            [self(picture, dice_of(seed, index)) for index, picture in enumerate(pictures)]
        )

    def pixels(self, picture: np.ndarray, dice: np.random.Generator) -> np.ndarray:
        """As `__call__`, from uint8 to uint8."""
        return to_pixels(self(picture.astype(np.float32) / 127.5 - 1, dice))

    def _whole(self, picture: np.ndarray, dice: np.random.Generator) -> np.ndarray:
        height, width = picture.shape[:2]
        more = [(0, -side % self._multiple) for side in (height, width)]
        padded = np.pad(picture, (*more, (0, 0)), mode="symmetric")[None]
        noise = self._noise(dice, 1, padded.shape[1:3])
        made = self._network([padded, *noise] if noise else padded, training=False)
        return np.asarray(made)[0, :height, :width]


def dice_of(seed: int, index: int) -> np.random.Generator:
    """What decides the noise of a picture: its place among others."""
    return np.random.default_rng([seed, 0x7EA5E, index])


def _starts(side: int, tile: int) -> list[int]:
    """Where parts begin that overlap by half of their size or more, and reach both ends."""
    count = 1 + -(-(side - tile) // max(1, tile // 2))
    return [round(start) for start in np.linspace(0, side - tile, count)]


def _ramp(side: int) -> np.ndarray:
    """A pixel's distance from the nearer end: two that overlap by half add up to the same."""
    steps = np.arange(side, dtype=np.float32) + 0.5
    return np.minimum(steps, steps[::-1])
