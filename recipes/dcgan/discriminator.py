"""DCGAN's discriminator."""

import keras
from keras import layers, ops, random

from common.layers import batch_norm, downsample, normal_weights
from common.loss import ranked
from common.network import Discriminator
from common.stabilise import gradient_penalty, r1
from recipes.dcgan.generator import widths_towards_picture


class DCGANDiscriminator(Discriminator):
    """Picture → logit: the generator's mirror image (Radford et al. 2016, section 3).

    Strided convolutions instead of pooling, LeakyReLU .2, batch normalisation everywhere
    but at the picture; none at all where a gradient penalty needs each picture judged alone.
    """

    def __init__(self, config, loss):
        # ε of WGAN-GP; part of `state`, so that resuming is exact.
        self._seed = random.SeedGenerator(config.seed)
        super().__init__(config, loss)

    def buildModel(self) -> keras.Model:
        """Pictures (N, size, size, C) in [-1, 1] → logits (N, 1), float32."""
        config = self.config
        picture = keras.Input((config.image_size, config.image_size, config.channels))
        x = picture
        for depth, width in enumerate(reversed(widths_towards_picture(config))):
            x = downsample(x, width, config.kernel, bias=config.penalised)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Flatten()(x)
        logit = layers.Dense(
            1, use_bias=False, dtype="float32", kernel_initializer=normal_weights(), name="logit"
        )(x)
        return keras.Model(picture, logit, name="discriminator")

    def lossFunction(self, real, fake) -> dict:
        """The adversarial term, and the penalty where one is asked for.

        Real and fake pass as two batches, each normalised by its own statistics.
        """
        config, terms = self.config, {}
        if config.r1:
            real_logits, terms["r1"] = r1(self, real, config.r1)
        else:
            real_logits = self(real)
        fake_logits = self(fake)
        if config.gradient_penalty:
            terms["gradient_penalty"] = gradient_penalty(
                self, real, ops.cast(fake, real.dtype), config.gradient_penalty, self._seed
            )
        self.observe(ranked=ranked(real_logits, fake_logits))
        return {"adversarial": self.loss.discriminator(real_logits, fake_logits)} | terms

    def state(self, name: str) -> dict[str, list]:
        """As `Network.state`, with the seed of WGAN-GP's ε."""
        return super().state(name) | {f"{name}_seed": [self._seed.state]}
