"""Optimizers and learning-rate schedules."""

from __future__ import annotations

import keras
from keras import ops

from common.config import Config


def adam(rate: float, config: Config) -> keras.optimizers.Optimizer:
    """Adam with the configuration's decay rates, and ε as in its paper (Kingma and Ba 2015).

    Where `config.decay_steps` is above 0, the rate stays until `config.decay_from`, falls to
    a hundredth along half a cosine, or to nothing along a line, and stays there. It depends
    on the step alone and not on how many are to come: so a training that goes on is as one
    that never stopped.
    """
    if config.decay_steps and config.decay == "linear":
        rate = LinearDecay(rate, config.decay_from, config.decay_steps)
    elif config.decay_steps:
        # Keras warms up along a straight line: from a rate to the same rate is no change.
        rate = keras.optimizers.schedules.CosineDecay(
            rate,
            config.decay_steps,
            alpha=0.01,
            warmup_target=rate if config.decay_from else None,
            warmup_steps=config.decay_from,
        )
    return keras.optimizers.Adam(rate, config.beta_1, config.beta_2, epsilon=1e-8)


class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that stays for a while and then falls to 0 along a straight line."""

    def __init__(self, rate: float, stays: int, falls: int):
        self._rate, self._stays, self._falls = rate, stays, falls

    def __call__(self, step):
        """The rate at an update, the first of which is 0."""
        done = (ops.cast(step, "float32") - self._stays) / self._falls
        return self._rate * (1 - ops.clip(done, 0.0, 1.0))

    def get_config(self):
        """What `__init__` takes."""
        return {"rate": self._rate, "stays": self._stays, "falls": self._falls}
