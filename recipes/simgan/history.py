"""History of refined pictures, of which half of each of D's batches is taken."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from common.batches import Batch
from common.machine.strategy import all_gather, local_shard


class History:
    """Buffer of earlier refined pictures (Shrivastava et al. 2017, section 2.3).

    A discriminator that sees new pictures only forgets the faults of earlier ones, and the
    refiner brings them back. Half of each batch is new, the other half comes from the buffer, in
    which half a batch of new pictures then replaces random ones. Until it is full, batches pass
    unchanged, and half of each is added.

    The buffer is part of the training's graph and of its checkpoints; its random numbers come
    with the batch.

    Args:
        size: Pictures that it holds.
        shape: (H, W, C) of one.
    """

    def __init__(self, size: int, shape: tuple[int, ...]):
        self._size = size
        self._pictures = keras.Variable(
            np.zeros((size, *shape), np.float32), trainable=False, dtype="float32", name="history"
        )
        self._count = keras.Variable(0, trainable=False, dtype="int32", name="history_count")

    @staticmethod
    def draw(rng: np.random.Generator, count: int, size: int) -> Batch:
        """Draw the places of `count` pictures to take, and of as many to replace, all different."""
        return {
            name: rng.permutation(size)[:count].astype(np.int32) for name in ("taken", "replaced")
        }

    def exchange(self, refined, taken, replaced):
        """Replace half of a batch by earlier pictures, and keep half of it for later batches.

        Where several devices share a batch, each passes all of it into its own copy of the buffer,
        so that all copies stay equal, and gets its part back.

        Args:
            refined: N×H×W×C.
            taken, replaced: N places in the buffer; the first N/2 of each are used.
        """
        refined = all_gather(refined)
        taken, replaced = (
            ops.cast(all_gather(ops.cast(places, "float32")), "int32")
            for places in (taken, replaced)
        )
        half = refined.shape[0] // 2
        pictures, count = ops.convert_to_tensor(self._pictures), ops.convert_to_tensor(self._count)
        filling = count < self._size
        # The last half batch of the filling may overlap the one before.
        start = ops.minimum(count, self._size - half)
        where = ops.where(filling, start + ops.arange(half), replaced[:half])
        old = ops.where(filling, refined[:half], ops.take(pictures, taken[:half], axis=0))
        kept = ops.cast(refined[half : 2 * half], "float32")
        self._pictures.assign(ops.scatter_update(pictures, where[:, None], kept))
        self._count.assign(ops.minimum(count + half, self._size))
        return local_shard(ops.concatenate([ops.cast(old, refined.dtype), refined[half:]]))

    @property
    def variables(self) -> list:
        """Variables that a checkpoint must hold."""
        return [self._pictures, self._count]
