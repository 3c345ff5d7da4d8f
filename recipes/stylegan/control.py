"""A DCGAN in StyleGAN's place, to compare with (Radford et al. 2016)."""

import keras
from keras import layers

from common.layers import batch_norm, downsample, normal_weights, to_range, upsample
from common.network import Discriminator, Generator


class PlainGenerator(Generator):
    """Generator that a latent enters at its first layer, and nowhere else."""

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, L) → pictures (N, size, size, C) in [-1, 1]."""
        config = self.config
        latent = keras.Input((config.latent_size,), name="latent")
        *sizes, _ = config.resolutions
        width = config.width_at(4)
        x = layers.Dense(16 * width, use_bias=False, kernel_initializer=normal_weights())(latent)
        x = layers.Reshape((4, 4, width))(layers.ReLU()(batch_norm(x)))
        for size in sizes[1:]:
            x = layers.ReLU()(batch_norm(upsample(x, config.width_at(size), 4)))
        picture = to_range(upsample(x, config.channels, 4))
        return keras.Model(latent, picture, name="generator")


class PlainDiscriminator(Discriminator):
    """The mirror image of the plain generator."""

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C) → logits (N, 1), float32."""
        config = self.config
        x = picture = keras.Input(config.sample_shape, name="sample")
        *sizes, _ = config.resolutions
        for depth, size in enumerate(reversed(sizes)):
            x = downsample(x, config.width_at(size), 4, bias=config.penalised)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        logit = layers.Dense(
            1, use_bias=False, dtype="float32", kernel_initializer=normal_weights(), name="logit"
        )(layers.Flatten()(x))
        return keras.Model(picture, logit, name="discriminator")
