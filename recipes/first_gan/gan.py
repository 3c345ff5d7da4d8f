"""A generative adversarial network (Goodfellow et al. 2014), on one page.

B latents of L numbers become B samples: points (B, 2), or pictures (B, height, width, C).
"""

import keras
import numpy as np
from keras import layers, ops

from common.gan import GAN
from common.loss import Loss
from common.network import Discriminator, Generator


class FirstGenerator(Generator):
    """The counterfeiter: a latent → a sample."""

    def buildModel(self):
        config, latent = self.config, keras.Input((self.config.latent_size,))
        size = int(np.prod(config.sample_shape))
        x = layers.Dense(size, dtype="float32")(hidden_layers(latent, config))
        x = ops.tanh(x) if config.makes_pictures else x / config.zoom
        sample = ops.reshape(x, (-1, *config.sample_shape))
        return keras.Model(latent, sample, name="generator")

    def lossFunction(self, latent, blur, discriminator):
        return {"adversarial": self.loss.generator(discriminator(self(latent) + blur))}


class FirstDiscriminator(Discriminator):
    """The detective: a sample → a logit, above 0 for "real" and below 0 for "made"."""

    def buildModel(self):
        config, sample = self.config, keras.Input(self.config.sample_shape)
        x = hidden_layers(layers.Flatten()(sample) * config.zoom, config)
        return keras.Model(sample, layers.Dense(1, dtype="float32")(x), name="discriminator")

    def lossFunction(self, real, fake):
        real_logits, fake_logits = self(real), self(fake)
        self.observe(ranked=ops.mean(ops.cast(real_logits > fake_logits, "float32")))
        return {"adversarial": self.loss.discriminator(real_logits, fake_logits)}


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

    def __init__(self, config):
        loss = FirstLoss(config.loss == "minimax")
        super().__init__(config, FirstGenerator(config, loss), FirstDiscriminator(config, loss))

    def noise(self, chance, count):
        """All that a batch leaves to chance: latents, and a blur for what is judged."""
        shapes = {"latent": (self.config.latent_size,), "blur": self.config.sample_shape}
        return {n: chance.standard_normal((count, *s), "float32") for n, s in shapes.items()}

    def train_step(self, batch):
        """One update of each player."""
        config, latent = self.config, batch["latent"]
        done = ops.cast(self.generator.optimizer.iterations, "float32")
        width = config.blur * config.spread * ops.relu(1 - done / config.blur_steps)
        blur = width * batch["blur"]
        # −blur is as good a blur as blur is, and another one than the real samples have.
        fake = ops.stop_gradient(self.generator(latent))
        judged = self.discriminator.trainModel(batch["real"] + blur, fake - blur)
        logs = {f"discriminator/{name}": value for name, value in judged.items()}
        if not self.pretraining:
            made = self.generator.trainModel(latent, blur, self.discriminator.frozen)
            logs |= {f"generator/{name}": value for name, value in made.items()}
            self.average.update()
        return logs

    def sample(self, latents):
        """Samples for latents, from the running average of the generator's weights."""
        with self.average.ema_models() as (generator,):
            return np.asarray(generator(latents))


def hidden_layers(x, config):
    """`depth` dense layers of `width` units, each unit bent at a place of its own."""
    spread = keras.initializers.RandomUniform(-1, 1)
    for _ in range(config.depth):
        x = layers.Dense(config.width, kernel_initializer="he_normal", bias_initializer=spread)(x)
        x = layers.LeakyReLU(0.2)(x)
    return x
