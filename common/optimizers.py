"""Optimizers and learning-rate schedules."""

from __future__ import annotations

import math
from functools import partial

import keras
from keras import ops

from common.config import Config
from common.machine import backend
from common.machine.strategy import replicas


def adam(
    rate: float, config: Config, per_step: float = 1, clock: keras.Variable | None = None
) -> keras.optimizers.Optimizer:
    """Adam with the configuration's schedule and decay rates, ε 1e-8 (Kingma and Ba 2015).

    Args:
        rate, config, per_step: As for `scheduled`.
        clock: What the schedule goes by, counted from 0; None: the updates. Adam's moments go by
            the updates always.
    """
    rate = scheduled(rate, config, per_step)
    if clock is not None and callable(rate):
        rate = partial(rate, clock)
    return Adam(rate, config.beta_1, config.beta_2, epsilon=1e-8)


#: Weights from which a variable's update is one operation: of smaller ones it takes longer to begin
#: than the six that it stands for.
_LARGE = 2**18


class Adam(keras.optimizers.Adam):
    """Adam as in Keras, with fewer operations in a training step.

    Keras computes for each variable anew what is the same for all of them. To the bit the same, but
    for large variables, where it differs by roundings; and gradients of some rows are made dense.
    """

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        done = ops.cast(self.iterations + 1, "float32")
        powers = (ops.power(ops.cast(b, "float32"), done) for b in (self.beta_1, self.beta_2))
        first, second = (1 - power for power in powers)
        # With the correction of both moments; each device gets it as it would get the rate.
        step_size = ops.cast(learning_rate, "float32") * ops.sqrt(second) / first
        super()._backend_update_step(grads, trainable_variables, step_size)

    def update_step(self, gradient, variable, learning_rate):
        """Update a variable; the rate is here the size of the step."""
        # An embedding's is of some rows alone, and may name a row twice.
        gradient = backend.dense(gradient)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index].value, self._velocities[index].value
        if math.prod(variable.shape) >= _LARGE and replicas() == 1:
            betas = self.beta_1, self.beta_2
            backend.update_by_adam(variable, m, v, gradient, learning_rate, *betas, self.epsilon)
            return
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(gradient) - v) * (1 - self.beta_2))
        self.assign_sub(variable, m * learning_rate / (ops.sqrt(v) + self.epsilon))


def sgd(rate: float, config: Config, per_step: float = 1) -> keras.optimizers.Optimizer:
    """Stochastic gradient descent without momentum, with the configuration's schedule.

    Args:
        rate, config, per_step: As for `scheduled`.
    """
    return keras.optimizers.SGD(scheduled(rate, config, per_step))


def scheduled(rate: float, config: Config, per_step: float = 1):
    """Learning rate or, where `config.decay_steps` is above 0, its schedule.

    The rate stays until `config.decay_from`, falls to a hundredth along half a cosine, or to
    nothing along a line, and stays there. It depends on the step alone, not on how many are to
    come, so a resumed training equals an unbroken one.

    Args:
        rate: The learning rate at first.
        config: The settings.
        per_step: Updates a training step, on average, as schedules count updates.
    """
    stays, falls = (round(steps * per_step) for steps in (config.decay_from, config.decay_steps))
    if config.decay_steps and config.decay == "linear":
        return LinearDecay(rate, stays, falls)
    if not config.decay_steps:
        return rate
    # Keras warms up along a straight line: from a rate to the same rate is no change.
    return keras.optimizers.schedules.CosineDecay(
        rate,
        falls,
        alpha=0.01,
        warmup_target=rate if stays else None,
        warmup_steps=stays,
    )


class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that is constant at first, and then falls linearly to 0."""

    def __init__(self, rate: float, stays: int, falls: int):
        self._rate, self._stays, self._falls = rate, stays, falls

    def __call__(self, step):
        """Return the rate of an update; updates are counted from 0."""
        done = (ops.cast(step, "float32") - self._stays) / self._falls
        return self._rate * (1 - ops.clip(done, 0.0, 1.0))

    def get_config(self):
        """Return the arguments of `__init__`."""
        return {"rate": self._rate, "stays": self._stays, "falls": self._falls}
