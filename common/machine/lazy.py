"""Updates that are due at some steps only, and cost nothing at the others."""

from __future__ import annotations

from collections.abc import Callable

from common.machine import backend  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import ops  # isort: skip

from common.machine.strategy import all_gather, replicas


def update_when(
    due, loss: Callable, optimizer: keras.optimizers.Optimizer, variables: list, values: list
) -> None:
    """Minimise a loss by one update, where it is due.

    On several devices, which cannot meet within a condition, the update is made and taken back.

    Args:
        due: A boolean scalar tensor.
        loss: Returns the loss of this device's samples, and a tensor for each of `values`.
        optimizer: Changed, as the variables are, only where the update is due.
        variables: What the loss is minimised over.
        values: Non-trainable scalars that are then set to what came with the loss.
    """

    def computed() -> tuple[list, list]:
        with backend.tape() as tape:
            total, *found = loss()
            total = total / replicas()
        gradients = tape.gradient(total, variables)
        # What the loss does not depend on has no gradient.
        pairs = zip(gradients, variables, strict=True)
        return [ops.zeros(v.shape) if g is None else g for g, v in pairs], found

    def update():
        gradients, found = computed()
        optimizer.apply(gradients, variables)
        for variable, value in zip(values, found, strict=True):
            variable.assign(value)
        return ops.zeros(())

    if replicas() == 1:
        ops.cond(due, update, lambda: ops.zeros(()))
        return
    gradients, found = computed()
    backend.update_if(due, optimizer, gradients, variables)
    for variable, value in zip(values, found, strict=True):
        everywhere = ops.mean(all_gather(ops.reshape(value, (1,))))
        variable.assign(ops.where(due, everywhere, variable.value))
