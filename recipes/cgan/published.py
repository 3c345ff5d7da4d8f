"""The networks that the paper trained on MNIST, and their optimizer (section 4.1)."""

import keras
import numpy as np
from keras import layers, ops

from common.conditions import encoded, inputs
from common.layers import maxout
from common.network import Discriminator, Generator

from .config import Config

# "decay factor of 1.00004", "down to .000001"
_FACTOR, _LEAST = 1.00004, 1e-6


class PublishedGenerator(Generator):
    """Dense generator of section 4.1: z → 200, y → 1000, both → 1200, then a sigmoid."""

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, 100), conditions (N,) each → pictures (N, H, W, C)."""
        config = self.config
        latent, y = keras.Input((config.latent_size,), name="latent"), inputs(config)
        parts = [
            layers.Dropout(0.5)(layers.Dense(200, "relu")(latent)),
            layers.Dropout(0.5)(layers.Dense(1000, "relu")(encoded(y, config))),
        ]
        x = layers.Dropout(0.5)(layers.Dense(1200, "relu")(layers.Concatenate()(parts)))
        x = layers.Dense(int(np.prod(config.sample_shape)), "sigmoid", dtype="float32")(x)
        # The paper's pictures are 0 to 1, and this project's -1 to 1.
        x = layers.Rescaling(2.0, -1.0, dtype="float32")(x)
        picture = layers.Reshape(config.sample_shape, dtype="float32", name="pictures")(x)
        return keras.Model([latent, *y], picture, name="generator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        return sgd(self.config.generator_rate, self.config)


class PublishedDiscriminator(Discriminator):
    """Maxout discriminator of section 4.1: x → 240×5, y → 50×5, both → 240×4, then a sigmoid.

    The sigmoid is in the loss: what the model gives is the logit.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, H, W, C), conditions (N,) each → logits (N, 1)."""
        config = self.config
        picture, y = keras.Input(config.sample_shape, name="sample"), inputs(config)
        x = layers.Flatten()(layers.Rescaling(0.5, 0.5)(picture))
        parts = [
            layers.Dropout(0.5)(maxout(x, 240, pieces=5)),
            layers.Dropout(0.5)(maxout(encoded(y, config), 50, pieces=5)),
        ]
        x = layers.Dropout(0.5)(maxout(layers.Concatenate()(parts), 240, pieces=4))
        logit = layers.Dense(1, dtype="float32", name="logit")(x)
        return keras.Model([picture, *y], logit, name="discriminator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        return sgd(self.config.discriminator_rate, self.config, self.config.critic_steps)


def sgd(rate: float, config: Config, per_step: int = 1) -> keras.optimizers.Optimizer:
    """SGD as in section 4.1: a rate that is divided by 1.00004 a step, a momentum from .5 to .7.

    Over how long the momentum rises the paper does not say: here, over half of the steps that a run
    begins with.

    Args:
        rate: At first.
        config: The settings.
        per_step: Updates a training step.
    """
    rises = config.steps // 2 if config.rises is None else config.rises
    return RisingMomentum(Divided(rate), rises * per_step)


class Divided(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that is divided by 1.00004 at each update, down to 1e-6."""

    def __init__(self, rate: float):
        self._rate = rate

    def __call__(self, step):
        """Return the rate of an update; updates are counted from 0."""
        done = ops.cast(step, "float32")
        return ops.maximum(self._rate * ops.exp(-done * float(np.log(_FACTOR))), _LEAST)

    def get_config(self):
        """Return the arguments of `__init__`."""
        return {"rate": self._rate}


class RisingMomentum(keras.optimizers.SGD):
    """SGD whose momentum rises linearly from .5 to .7.

    Args:
        rate: A learning rate or its schedule.
        rises: Updates over which it rises.
    """

    def __init__(self, rate, rises: int):
        super().__init__(rate, momentum=0.5, name="sgd")
        self._rises = max(1, rises)

    def present_momentum(self):
        """Return the momentum of the next update."""
        done = ops.cast(self.iterations, "float32") / self._rises
        return 0.5 + 0.2 * ops.minimum(done, 1.0)

    def update_step(self, gradient, variable, learning_rate):
        """Update a variable by its velocity, which keeps the momentum's share of what it was."""
        velocity = self.momentums[self._get_variable_index(variable)]
        pull = ops.cast(learning_rate, variable.dtype) * ops.cast(gradient, variable.dtype)
        momentum = ops.cast(self.present_momentum(), variable.dtype)
        self.assign(velocity, momentum * velocity - pull)
        self.assign_add(variable, velocity)
