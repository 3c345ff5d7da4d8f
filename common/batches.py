"""What a training step is given, as a function of (seed, step) alone.

Nothing is carried along from one batch to the next, so a resumed training needs only to be
told its step, and one device or several see the same numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from common.config import Config
from data.derived import Derived
from data.errors import Refused
from data.imageset import ImageSet, UnpairedSet
from data.jitter import Jitter, centred
from data.resize import Size

# Steps of pretraining are negative; seeds must not be.
_OFFSET = 1 << 32


def random(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """A generator of its own for every (seed, purpose, number)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), number + _OFFSET])


class Batches:
    """Batches of samples, each sample once an epoch, with noise for the generator.

    Args:
        dataset: Pictures, uint8 N×H×W×C, or points, float32 N×D; or a set of pictures with
            the inputs that belong to them.
        batch_size: Samples a batch; what is left of an epoch is dropped, another part
            each time.
        noise: (generator of random numbers, count) -> arrays by name, added to the batch.
        jitter: Cuts pictures out anew at every use, inputs as their pictures; None: nobody.
        size: Of what jitter cuts out.
        name: Sets of different names are drawn from in different orders.

    Raises:
        Refused: fewer pictures than one batch.
    """

    def __init__(
        self,
        dataset: np.ndarray | ImageSet,
        batch_size: int,
        seed: int,
        noise: Callable[[np.random.Generator, int], dict[str, np.ndarray]],
        jitter: Jitter | None = None,
        size: Size | None = None,
        name: str = "",
    ):
        check_batch(batch_size, len(dataset))
        # What is known of the pictures is nothing that a batch needs.
        bare = (dataset.images, {}, dataset.inputs) if isinstance(dataset, ImageSet) else (dataset,)
        self._dataset, self._batch_size = ImageSet(*bare), batch_size
        # Inputs that are made are made anew at each use: also where nothing is moved.
        if jitter is None and isinstance(self._dataset.inputs, Derived):
            jitter, size = Jitter(), self._dataset.images.shape[1:3]
        self._seed, self._noise, self._jitter, self._size = seed, noise, jitter, size
        self._name = name
        self._order = lru_cache(maxsize=2)(self._shuffled)

    @property
    def per_epoch(self) -> int:
        """Batches an epoch."""
        return len(self._dataset) // self._batch_size

    def __call__(self, step: int) -> dict[str, np.ndarray]:
        """The batch of a step: "real", as the dataset is, "input" of pairs, and the noise."""
        epoch, place = divmod(step, self.per_epoch)
        chosen = self._order(epoch)[place * self._batch_size :][: self._batch_size]
        drawn = self._noise(random(self._seed, "noise", step), self._batch_size)
        if self._jitter is None:
            taken = self._dataset.take(chosen)
        else:
            dice = random(self._seed, f"jitter{self._name}", step)
            taken = self._jitter.cut(self._dataset, chosen, self._size, dice)
        given = {} if taken.inputs is None else {"input": taken.inputs}
        return {"real": taken.images, **given, **drawn}

    def _shuffled(self, epoch: int) -> np.ndarray:
        return random(self._seed, f"order{self._name}", epoch).permutation(len(self._dataset))


class UnpairedBatches:
    """Batches of two sets that do not correspond, each by itself, as "a" and "b".

    One epoch of each set is as long as that set; and they are in different orders, or sets
    that happened to correspond would be told in pairs. Arguments as those of `Batches`.
    """

    def __init__(self, dataset: UnpairedSet, batch_size, seed, noise, jitter=None, size=None):
        self._batch_size, self._seed, self._noise = batch_size, seed, noise
        self._sides = {
            name: Batches(side, batch_size, seed, lambda *_: {}, jitter, size, name)
            for name, side in (("a", dataset.a), ("b", dataset.b))
        }

    def __call__(self, step: int) -> dict[str, np.ndarray]:
        """The batch of a step: "a", "b" and the noise."""
        drawn = self._noise(random(self._seed, "noise", step), self._batch_size)
        return {name: side(step)["real"] for name, side in self._sides.items()} | drawn


def batches_of(dataset, config: Config, noise) -> Batches | UnpairedBatches:
    """The batches of a training on pictures, points, pairs or two sets of pictures."""
    kind = UnpairedBatches if isinstance(dataset, UnpairedSet) else Batches
    return kind(
        *(dataset, config.batch_size, config.seed, noise), *(config.jittering, config.image_size)
    )


def check_batch(batch_size: int, pictures: int) -> None:
    """Refuse a batch larger than the data."""
    if batch_size > pictures:
        raise Refused(
            f"--batch-size {batch_size}: there are {pictures} pictures for training; "
            f"legal is 1 to {pictures}"
        )


def unjittered(samples, config: Config):
    """Samples as the networks take them, from samples as they were loaded to be jittered."""
    if config.jittering is None:
        return samples
    if isinstance(samples, UnpairedSet):
        return UnpairedSet(unjittered(samples.a, config), unjittered(samples.b, config))
    if isinstance(samples, ImageSet):
        inputs = samples.inputs
        inputs = inputs if inputs is None else centred(np.asarray(inputs), config.image_size)
        return ImageSet(centred(samples.images, config.image_size), samples.factors, inputs)
    return centred(samples, config.image_size)


def draw_latents(generator, count: int, size: int, prior: str) -> np.ndarray:
    """Latent vectors, float32 count×size, from "uniform" (−1 to 1) or "normal" (0, 1)."""
    if prior == "uniform":
        return generator.uniform(-1, 1, (count, size)).astype(np.float32)
    return generator.standard_normal((count, size)).astype(np.float32)
