"""A generative adversarial network (Goodfellow et al. 2014), on one page.

B latents of L numbers become B samples: points (B, 2), or pictures (B, height, width, C).
"""

import keras
import numpy as np
from keras import layers, ops

from common.gan import GAN
from common.loss import Loss
from common.network import Discriminator, Generator

from .config import Config


class FirstGenerator(Generator):
    """The counterfeiter: a latent → a sample."""

    def buildModel(self):
        config, latent = self.config, keras.Input((self.config.latent_size,), name="latent")
        size = int(np.prod(config.sample_shape))
        x = layers.Dense(size, dtype="float32")(hidden_layers(latent, config))
        x = x / config.zoom if config.kind == "points" else ops.tanh(x)
        sample = ops.reshape(x, (-1, *config.sample_shape))
        return keras.Model(latent, sample, name="generator")

    def lossFunction(self, batch, discriminator):
        fake = self(batch) + batch["blur"]
        return {"adversarial": self.loss.generator(discriminator.logits(fake, batch, frozen=True))}


class FirstDiscriminator(Discriminator):
    """The detective: a sample → a logit, above 0 for "real" and below 0 for "fake"."""

    def buildModel(self):
        config, sample = self.config, keras.Input(self.config.sample_shape, name="sample")
        x = hidden_layers(layers.Flatten()(sample) * config.zoom, config)
        return keras.Model(sample, layers.Dense(1, dtype="float32")(x), name="discriminator")


class FirstLoss(Loss):
    """Both sides of the game; softplus(−t) is −log σ(t), and softplus(t) is −log(1 − σ(t))."""

    def __init__(self, minimax=False):
        self.minimax = minimax

    def discriminator(self, real, fake):
        """−E log σ(D(x)) − E log(1 − σ(D(G(z)))): what the detective's mistakes cost."""
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))

    def generator(self, fake, real=None):
        """−E log σ(D(G(z))), the cost of being found out; minimax: E log(1 − σ(D(G(z))))."""
        return -ops.mean(ops.softplus(fake)) if self.minimax else ops.mean(ops.softplus(-fake))


class FirstGAN(GAN):
    """The game: both play, and each changes its own weights only."""

    config_type = Config

    def build_networks(self):
        loss = FirstLoss(self.config.loss == "minimax")
        return FirstGenerator(self.config, loss), FirstDiscriminator(self.config, loss)

    def draw(self, rng, count):
        """Draw a batch's random inputs: latents, and the blur of what the detective sees."""
        shapes = {"latent": (self.config.latent_size,), "blur": self.config.sample_shape}
        return {name: rng.standard_normal((count, *s), "float32") for name, s in shapes.items()}

    def train_step(self, batch):
        """Update each network once; returns the logs."""
        logs = self.discriminator_step(batch)
        blurred = batch | {"blur": self.blur(batch)}
        logs |= self.generator.trainModel(blurred, self.discriminator)
        self.average.update()
        return logs

    def discriminator_step(self, batch):
        """Update the detective only; returns its logs."""
        blur = self.blur(batch)
        # −blur is as good a blur as blur is, and another one than the real samples have.
        fake = ops.stop_gradient(self.generator(batch)) - blur
        return self.discriminator.trainModel(batch | {"real": batch["real"] + blur}, fake)

    def blur(self, batch):
        """Noise that fades to nothing, in the data's own deviations."""
        done = ops.cast(self.generator.optimizer.iterations, "float32")
        width = self.config.blur * self.config.std * ops.relu(1 - done / self.config.blur_steps)
        return width * batch["blur"]


def hidden_layers(x, config):
    """`depth` dense layers of `width` units, each unit bent at a place of its own."""
    places = keras.initializers.RandomUniform(-1, 1)
    for _ in range(config.depth):
        x = layers.Dense(config.width, kernel_initializer="he_normal", bias_initializer=places)(x)
        x = layers.LeakyReLU(0.2)(x)
    return x
