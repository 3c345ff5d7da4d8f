"""A trained network put to work on pictures of any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.pixels import to_pixels

#: (dice, count, (height, width)) -> the arrays that a network takes beside pictures.
Noise = Callable[[np.random.Generator, int, tuple[int, int]], list[np.ndarray]]


def no_noise(dice: np.random.Generator, count: int, size: tuple[int, int]) -> list[np.ndarray]:
    """Of a network that takes nothing but pictures."""
    return {}


# Parts of a picture that pass together: enough to keep the machine busy, and no more memory.
_AT_ONCE = 8


class Translator:
    """A network from pictures to pictures, for one picture of any size at a time.

    Args:
        network: (N, H, W, C) in [-1, 1], and noise → (N, H, W, C').
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
            return self._all_of(picture[None], dice)[0]
        tile = [min(side, most) for side, most in zip((height, width), self._tile, strict=True)]
        tops, lefts = (_starts(*pair) for pair in zip((height, width), tile, strict=True))
        # Each part counts most in its middle and hardly at its edges, where it knows least.
        weight = np.multiply.outer(_ramp(tile[0]), _ramp(tile[1]))[..., None]
        corners = ((top, left) for top in tops for left in lefts)
        places = [(slice(t, t + tile[0]), slice(left, left + tile[1])) for t, left in corners]
        total, weights = None, np.zeros((height, width, 1), np.float32)
        for some in (places[at : at + _AT_ONCE] for at in range(0, len(places), _AT_ONCE)):
            made = self._all_of(np.stack([picture[place] for place in some]), dice)
            if total is None:
                total = np.zeros((height, width, made.shape[-1]), np.float32)
            for place, part in zip(some, made, strict=True):
                total[place] += weight * part
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

    def _all_of(self, pictures: np.ndarray, dice: np.random.Generator) -> np.ndarray:
        count, height, width = pictures.shape[:3]
        more = [(0, -side % self._multiple) for side in (height, width)]
        padded = np.pad(pictures, ((0, 0), *more, (0, 0)), mode="symmetric")
        noise = self._noise(dice, count, padded.shape[1:3])
        made = self._network({"input": padded, **noise}, training=False)
        return np.asarray(made)[:, :height, :width]


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
