"""What a training step is given, as a function of (seed, step) alone.

Nothing is carried along from one batch to the next, so a resumed training needs only to be
told its step, and one device or several see the same numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from data.errors import Refused

# Steps of pretraining are negative; seeds must not be.
_OFFSET = 1 << 32


def random(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """A generator of its own for every (seed, purpose, number)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), number + _OFFSET])


class Batches:
    """Batches of samples, each sample once an epoch, with noise for the generator.

    Args:
        dataset: Pictures, uint8 N×H×W×C, or points, float32 N×D.
        batch_size: Samples a batch; what is left of an epoch is dropped, another part
            each time.
        noise: (generator of random numbers, count) -> arrays by name, added to the batch.

    Raises:
        Refused: fewer pictures than one batch.
    """

    def __init__(
        self,
        dataset: np.ndarray,
        batch_size: int,
        seed: int,
        noise: Callable[[np.random.Generator, int], dict[str, np.ndarray]],
    ):
        check_batch(batch_size, len(dataset))
        self._dataset, self._batch_size, self._seed, self._noise = dataset, batch_size, seed, noise
        self._order = lru_cache(maxsize=2)(self._shuffled)

    @property
    def per_epoch(self) -> int:
        """Batches an epoch."""
        return len(self._dataset) // self._batch_size

    def __call__(self, step: int) -> dict[str, np.ndarray]:
        """The batch of a step: "real", as the dataset is, and the noise."""
        epoch, place = divmod(step, self.per_epoch)
        chosen = self._order(epoch)[place * self._batch_size :][: self._batch_size]
        drawn = self._noise(random(self._seed, "noise", step), self._batch_size)
        return {"real": self._dataset[chosen], **drawn}

    def _shuffled(self, epoch: int) -> np.ndarray:
        return random(self._seed, "order", epoch).permutation(len(self._dataset))


def check_batch(batch_size: int, pictures: int) -> None:
    """Refuse a batch larger than the data."""
    if batch_size > pictures:
        raise Refused(
            f"--batch-size {batch_size}: there are {pictures} pictures for training; "
            f"legal is 1 to {pictures}"
        )


def draw_latents(generator, count: int, size: int, prior: str) -> np.ndarray:
    """Latent vectors, float32 count×size, from "uniform" (−1 to 1) or "normal" (0, 1)."""
    if prior == "uniform":
        return generator.uniform(-1, 1, (count, size)).astype(np.float32)
    return generator.standard_normal((count, size)).astype(np.float32)
