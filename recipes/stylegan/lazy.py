"""Lazy regularisation: a penalty that is minimised at every n-th step alone."""

from __future__ import annotations

import dataclasses

import keras
from keras import ops

from common.config import Config
from common.machine.lazy import update_when
from common.network import Network
from common.optimizers import adam


class Lazy:
    """A penalty that is minimised by an update of its own, after every n-th of the loss.

    It counts n times as much then (Karras et al. 2020, section 3.1). Nearly the same is learned in
    much less time.

    Args:
        network: Whose penalty it is. Its buffers get what a checkpoint has to hold.
        every: n.
    """

    def __init__(self, network: Network, every: int):
        self._network, self.every = network, every
        self.updates = keras.Variable(0, trainable=False, dtype="int32", name="updates")
        #: The penalty as it was last computed, to be logged.
        self.last = keras.Variable(0.0, trainable=False, dtype="float32", name="penalty")
        network.buffers += [self.updates, self.last]

    def update(self, penalty, also: list | None = None):
        """Update the network where it is due, from the first step on; returns the last penalty.

        Args:
            penalty: Returns the penalty, and a value for each variable of `also`.
            also: Variables that are set with it.
        """

        def loss():
            found, *values = penalty()
            return self.every * found, found, *values

        update_when(
            ops.equal(self.updates.value % self.every, 0),
            loss,
            self._network.optimizer,
            self._network.trainable_variables,
            [self.last, *(also or [])],
        )
        self.updates.assign(self.updates + 1)
        # A value, not the variable: what is logged leaves the step.
        return ops.convert_to_tensor(self.last)


def lazy_adam(rate: float, config: Config, every: int, per_step: float = 1):
    """Adam for n updates by a loss and one by its penalty: rate·c and β^c, with c = n/(n + 1).

    So a round of n + 1 updates moves and forgets as much as n did (Karras et al. 2020, B), and a
    schedule, which counts updates, falls as slowly.
    """
    c = share_of(every)
    settings = dataclasses.replace(config, beta_1=config.beta_1**c, beta_2=config.beta_2**c)
    return adam(rate * c, settings, per_step / c)


def share_of(every: int) -> float:
    """Return c, the share of the updates that a loss has beside a penalty at every n-th."""
    return every / (every + 1)
