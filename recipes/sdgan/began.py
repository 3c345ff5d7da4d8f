"""SD-BEGAN: the discriminator is an autoencoder of pairs (Donahue et al. 2018; Berthelot 2017)."""

import keras
from keras import layers, ops

from common.machine.strategy import all_gather
from common.network import Discriminator
from common.optimizers import adam

from .discriminator import passed
from .generator import PairGenerator

# Pixels a side of the smallest map; how often a rate is halved.
_SMALLEST, _HALVINGS = 8, 2


class Halved(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that is halved every so many updates, down to a quarter."""

    def __init__(self, rate: float, every: int):
        self._rate, self._every = rate, every

    def __call__(self, step):
        """Return the rate of an update; updates are counted from 0."""
        times = ops.floor(ops.cast(step, "float32") / self._every)
        return self._rate * 0.5 ** ops.minimum(times, float(_HALVINGS))

    def get_config(self):
        """Return the arguments of `__init__`."""
        return {"rate": self._rate, "every": self._every}


def halved(rate: float, config):
    """Return a rate, or its schedule where the settings ask for one."""
    return Halved(rate, config.halve_every) if config.halve_every else rate


def decoder(config) -> list[keras.Layer]:
    """Return the layers from a code to a picture: convolutions, and nearest-neighbour doubling."""
    found = [layers.Dense(_SMALLEST**2 * config.width)]
    found += [layers.Reshape((_SMALLEST, _SMALLEST, config.width))]
    for level in range(doublings(config) + 1):
        found += [layers.UpSampling2D(2)] if level else []
        found += [layers.Conv2D(config.width, 3, padding="same", activation="elu") for _ in "12"]
    # Linear, as the authors have it.
    return [*found, layers.Conv2D(config.channels, 3, padding="same", dtype="float32")]


def encoder(config) -> list[keras.Layer]:
    """Return the layers from a picture to a code as long as z_I and z_O together."""
    found = [layers.Conv2D(config.width, 3, padding="same", activation="elu")]
    last = doublings(config)
    for level in range(last + 1):
        width = config.width * (level + 1)
        found += [layers.Conv2D(width, 3, padding="same", activation="elu") for _ in "12"]
        if level < last:
            found.append(layers.Conv2D(width, 3, 2, "same", activation="elu"))
    return [*found, layers.Flatten(), layers.Dense(config.identity_size + config.observation_size)]


def doublings(config) -> int:
    """Return how often a map is doubled from 8 pixels a side to a picture."""
    return (config.image_size // _SMALLEST).bit_length() - 1


class SDBEGANGenerator(PairGenerator):
    """BEGAN's generator, which has the form of the discriminator's decoder."""

    def buildModel(self) -> keras.Model:
        """Build the model: codes (N, I) and (N, O) → pictures (N, size, size, C)."""
        who, how = self.code_inputs()
        picture = passed(decoder(self.config), layers.Concatenate()([who, how]))
        return keras.Model([who, how], picture, name="generator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Build Adam, whose rate is halved now and then."""
        return adam(halved(self.config.generator_rate, self.config), self.config)

    def lossFunction(self, batch: dict, fake, discriminator) -> dict:
        """Compute how badly the autoencoder copies generated pairs N×2×H×W×C."""
        return {"adversarial": discriminator.error(fake, frozen=True)}


class PairAutoencoder(Discriminator):
    """Autoencoder that copies real pairs well and fake ones badly, in balance with the generator.

    Its bottleneck has room for one identity and two observations: a pair of two identities cannot
    be copied as well.
    """

    def __init__(self, config, loss=None):
        super().__init__(config, loss)
        #: k, the weight of fake pairs (Berthelot et al. 2017, equation 5).
        self.balance = keras.Variable(0.0, trainable=False, dtype="float32", name="balance")
        self.buffers += [self.balance]

    def buildModel(self) -> keras.Model:
        """Build the model: pairs (N, 2, size, size, C) → their copies."""
        config = self.config
        pair = keras.Input((2, *config.sample_shape), name="sample")
        into, out_of = encoder(config), decoder(config)
        both = layers.Concatenate()([passed(into, pair[:, k]) for k in (0, 1)])
        # z_I once, z_O twice.
        narrow = layers.Dense(config.identity_size + 2 * config.observation_size)(both)
        size = config.identity_size + config.observation_size
        wide = layers.Dense(2 * size)(narrow)
        codes = [wide[:, :size], wide[:, size:]]
        copies = ops.stack([passed(out_of, code) for code in codes], axis=1)
        return keras.Model(pair, copies, name="discriminator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """As the generator's."""
        return adam(halved(self.config.discriminator_rate, self.config), self.config)

    def lossFunction(self, batch: dict, fake) -> dict:
        """Compute L(x) − k·L(G(z)), where L is how badly pairs are copied.

        Args:
            batch: Real pairs (`real`), N×2×H×W×C.
            fake: The generator's pairs.
        """
        real_error, fake_error = self.error(batch["real"]), self.error(fake)
        # All devices keep one balance, by the whole batch.
        self._present = [ops.mean(all_gather(e[None])) for e in (real_error, fake_error)]
        return {"real": real_error, "fake": -self.balance * fake_error}

    def error(self, pairs, frozen: bool = False):
        """Compute the mean absolute difference of pairs and their copies."""
        seen = {"sample": pairs}
        copies = self.frozen(seen) if frozen else self(seen)
        return ops.mean(ops.absolute(ops.cast(pairs, "float32") - copies))

    def update(self, gradients: list) -> None:
        """Apply the gradients, then move the balance: k + λ(γL(x) − L(G(z))), kept in [0, 1]."""
        super().update(gradients)
        config, (real_error, fake_error) = self.config, self._present
        apart = config.balance_target * real_error - fake_error
        self.balance.assign(ops.clip(self.balance + config.balance_rate * apart, 0, 1))
        # M of Berthelot et al. 2017, section 3.4.1: it falls as the game goes well.
        self.log(balance=self.balance.value, convergence=real_error + ops.absolute(apart))
