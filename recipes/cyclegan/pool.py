"""History of a generator's pictures, to train its discriminator on."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from common.machine.strategy import all_gather, local_shard


class Pool:
    """Pool of earlier fakes (Shrivastava et al. 2017; Zhu et al. 2017, section 4).

    A discriminator that sees new fakes only forgets what it has learned about earlier ones,
    and the training can go round in circles. Until the pool is full, every picture
    is kept and passed on. Then half of them are passed on and forgotten, and half take the
    place of a stored one, which is passed on instead.

    The pool is part of the training's graph and of its checkpoints; its random numbers come
    with the batch.
    """

    def __init__(self, size: int, shape: tuple[int, ...], name: str):
        self._size = size
        self._pictures = keras.Variable(
            np.zeros((size, *shape), np.float32), trainable=False, dtype="float32", name=name
        )
        self._count = keras.Variable(0, trainable=False, dtype="int32", name=f"{name}_count")

    @staticmethod
    def draw(rng: np.random.Generator, count: int, size: int) -> dict[str, np.ndarray]:
        """Draw for each of `count` pictures a coin, and a place in the pool."""
        return {
            "coin": rng.random(count, np.float32),
            "place": rng.integers(0, max(size, 1), count).astype(np.int32),
        }

    def exchange(self, pictures, coin, place):
        """Pass pictures in, one after the other, and get as many back.

        Where several devices share a batch, each passes all of it into its own copy of the pool,
        so that all copies stay equal, and gets its part back.

        Args:
            pictures: N×H×W×C.
            coin: N numbers from 0 to 1; above ½, a full pool gives an old picture.
            place: Which one, N whole numbers below the pool's size.
        """
        if not self._size:
            return pictures
        pictures, coin = all_gather(pictures), all_gather(coin)
        place = ops.cast(all_gather(ops.cast(place, "float32")), "int32")
        pool, count = ops.convert_to_tensor(self._pictures), ops.convert_to_tensor(self._count)
        given = []
        for index in range(pictures.shape[0]):
            fresh, filling = pictures[index], count < self._size
            where = ops.where(filling, count, place[index])
            swaps = ops.logical_and(ops.logical_not(filling), coin[index] > 0.5)
            stored = ops.take(pool, where, axis=0)
            given.append(ops.where(swaps, stored, fresh))
            left = ops.where(ops.logical_or(filling, swaps), fresh, stored)
            pool = ops.scatter_update(pool, ops.reshape(where, (1, 1)), left[None])
            count = ops.minimum(count + 1, self._size)
        self._pictures.assign(pool)
        self._count.assign(count)
        return local_shard(ops.stack(given))

    @property
    def variables(self) -> list:
        """Variables that a checkpoint must hold."""
        return [self._pictures, self._count]
