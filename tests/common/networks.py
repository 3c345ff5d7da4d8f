"""Networks so small that a test can look at every number."""

import keras
import numpy as np
from keras import layers, ops

from common import loss
from common.adversarial import AdversarialConfig
from common.network import Discriminator, Generator

RNG = np.random.default_rng(0)


class SmallGenerator(Generator):
    def buildModel(self):
        z = keras.Input((5,), name="latent")
        x = layers.BatchNormalization()(layers.Dense(8)(z))
        return keras.Model(z, layers.Dense(3)(layers.Dropout(0.3)(x)), name="generator")


class SmallDiscriminator(Discriminator):
    def buildModel(self):
        x = keras.Input((3,), name="sample")
        y = layers.Dense(8)(x)
        y = y if self.config.penalised else layers.BatchNormalization()(y)
        return keras.Model(x, layers.Dense(1)(layers.Dropout(0.3)(y)), name="discriminator")


def settings(**changes):
    rates = {"generator_rate": 0.01, "discriminator_rate": 0.01}
    return AdversarialConfig(kind="points", channels=3, **rates, **changes)


def two(game="relativistic", **changes):
    keras.utils.set_random_seed(0)
    config, chosen = settings(**changes), loss.get(game)
    return SmallGenerator(config, chosen), SmallDiscriminator(config, chosen)


def everything(network):
    return [np.array(v) for values in network.state().values() for v in values]


def same(before, after):
    return all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def normal(*shape):
    return ops.convert_to_tensor(RNG.normal(size=shape).astype("float32"))


def batch(count=16):
    return {"latent": normal(count, 5), "real": normal(count, 3)}
