"""The Siamese GAN's generator, which is DCGAN's."""

import keras
from keras import layers

from common.layers import batch_norm, to_range, upsample, widths_towards_picture
from common.network import Generator


class SiameseGANGenerator(Generator):
    """Generator from a latent vector to a picture, of transposed convolutions.

    Together with the discriminator it is an autoencoder turned inside out: from a vector to a
    picture, and from the picture to a vector.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, latent_size) → pictures (N, size, size, C) in [-1, 1]."""
        config = self.config
        first, *widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** (len(widths) + 1)

        latent = keras.Input((config.latent_size,), name="latent")
        x = layers.Dense(side * side * first, use_bias=False)(latent)
        x = layers.Reshape((side, side, first))(layers.ReLU()(batch_norm(x)))
        for width in widths:
            x = layers.ReLU()(batch_norm(upsample(x, width, kernel=4)))
        x = upsample(x, config.channels, kernel=4)
        return keras.Model(latent, to_range(x), name="generator")
