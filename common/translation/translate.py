"""Translation of pictures of any size by a trained network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from common.batches import Batch
from common.network import named_inputs
from data.pixels import to_float, to_pixels
from data.progress import counted

if TYPE_CHECKING:
    import keras

#: A batch, its pictures under `input`, → (N, H, W, C') in [-1, 1].
Network = Callable[[Batch], np.ndarray]
#: (rng, count, (height, width)) -> a network's extra inputs, by name.
Extra = Callable[[np.random.Generator, int, tuple[int, int]], Batch]


def no_extra(rng: np.random.Generator, count: int, size: tuple[int, int]) -> Batch:
    """Return no extra inputs, for a network that takes pictures alone."""
    return {}


def at_inference(model: keras.Model) -> Network:
    """Wrap a model as a function of a batch, at inference."""
    return lambda batch: model(named_inputs(model, batch), training=False)


# Parts of a picture in one forward pass: enough to keep the machine busy.
_AT_ONCE = 8


class Translator:
    """Translator of pictures of any size, one at a time, by an image-to-image network.

    Args:
        network: From a batch, its pictures (N, H, W, C) in [-1, 1] under `input`, to
            (N, H, W, C'); see `at_inference`.
        multiple: The network's H and W are multiples of this. A picture is padded by
            mirroring it at its right and lower edge, and the result is cropped.
        extra: Draws the network's extra inputs.
        tile: (height, width) of the pictures that it was trained on: larger ones are
            translated in overlapping parts of that size. None: always whole.
    """

    def __init__(
        self,
        network: Network,
        multiple: int,
        extra: Extra = no_extra,
        tile: tuple[int, int] | None = None,
    ):
        self._network, self._multiple, self._extra, self._tile = network, multiple, extra, tile

    def __call__(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Translate a picture.

        Args:
            picture: float32 H×W×C in [-1, 1].
            rng: For the extra inputs.

        Returns:
            float32 H×W×C' in [-1, 1].
        """
        height, width = picture.shape[:2]
        if self._whole(height, width):
            return self._batch(picture[None], [rng])[0]
        tile = [min(side, most) for side, most in zip((height, width), self._tile, strict=True)]
        tops, lefts = (_starts(*pair) for pair in zip((height, width), tile, strict=True))
        # Each part counts most in its middle and least at its edges, where it lacks context.
        weight = np.multiply.outer(_ramp(tile[0]), _ramp(tile[1]))[..., None]
        corners = ((top, left) for top in tops for left in lefts)
        places = [(slice(t, t + tile[0]), slice(left, left + tile[1])) for t, left in corners]
        total, weights = None, np.zeros((height, width, 1), np.float32)
        with counted(f"translating {width}×{height} pixels in parts", len(places)) as progress:
            for at in range(0, len(places), _AT_ONCE):
                some = places[at : at + _AT_ONCE]
                fake = self._batch(np.stack([picture[place] for place in some]), [rng])
                if total is None:
                    total = np.zeros((height, width, fake.shape[-1]), np.float32)
                for place, part in zip(some, fake, strict=True):
                    total[place] += weight * part
                    weights[place] += weight
                progress(at + len(some))
        return total / weights

    def all(self, pictures: np.ndarray, seed: int = 0) -> np.ndarray:
        """Translate pictures, uint8 or float in [-1, 1], N×H×W×C, independently of each other."""
        if pictures.dtype == np.uint8:
            pictures = to_float(pictures)
        rngs = [rng_for_picture(seed, index) for index in range(len(pictures))]
        if not self._whole(*pictures.shape[1:3]):
            return np.stack([self(*each) for each in zip(pictures, rngs, strict=True)])
        parts = [slice(at, at + _AT_ONCE) for at in range(0, len(pictures), _AT_ONCE)]
        return np.concatenate([self._batch(pictures[part], rngs[part]) for part in parts])

    def pixels(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As `__call__`, from uint8 to uint8."""
        return to_pixels(self(to_float(picture), rng))

    def _whole(self, height: int, width: int) -> bool:
        """Whether a picture is translated in one piece."""
        return self._tile is None or (height <= self._tile[0] and width <= self._tile[1])

    def _batch(self, pictures: np.ndarray, rngs: list[np.random.Generator]) -> np.ndarray:
        """Translate pictures at once: extra inputs by one rng for all, or by one for each."""
        height, width = pictures.shape[1:3]
        more = [(0, -side % self._multiple) for side in (height, width)]
        padded = np.pad(pictures, ((0, 0), *more, (0, 0)), mode="symmetric")
        each = len(pictures) // len(rngs)
        drawn = [self._extra(rng, each, padded.shape[1:3]) for rng in rngs]
        extra = {name: np.concatenate([some[name] for some in drawn]) for name in drawn[0]}
        return np.asarray(self._network({"input": padded, **extra}))[:, :height, :width]


def rng_for_picture(seed: int, index: int) -> np.random.Generator:
    """Return the random number generator for the extra inputs of a picture, by its index."""
    return np.random.default_rng([seed, 0x7EA5E, index])


def _starts(side: int, tile: int) -> list[int]:
    """Where parts begin that overlap by half of their size or more, and reach both ends."""
    count = 1 + -(-(side - tile) // max(1, tile // 2))
    return [round(start) for start in np.linspace(0, side - tile, count)]


def _ramp(side: int) -> np.ndarray:
    """A pixel's distance from the nearer end: two that overlap by half add up to the same."""
    steps = np.arange(side, dtype=np.float32) + 0.5
    return np.minimum(steps, steps[::-1])
