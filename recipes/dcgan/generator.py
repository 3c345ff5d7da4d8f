"""DCGAN's generator."""

import keras
from keras import layers

from common.layers import batch_norm, normal_weights, to_range, upsample, widths_towards_picture
from common.network import Generator


class DCGANGenerator(Generator):
    """Generator from a latent vector to a picture (Radford et al. 2016, figure 1).

    The latent is projected onto a small map with many channels; each transposed
    convolution doubles the map and halves the channels. Batch normalisation and ReLU
    everywhere but at the picture, which is a tanh.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, latent_size) → pictures (N, size, size, C) in [-1, 1]."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** len(widths)

        latent = keras.Input((config.latent_size,), name="latent")
        x = layers.Dense(
            side * side * widths[0], use_bias=False, kernel_initializer=normal_weights()
        )(latent)
        # Normalised as a vector, before it becomes a map: so does the authors' code.
        x = layers.ReLU()(batch_norm(x))
        x = layers.Reshape((side, side, widths[0]))(x)
        for width in widths[1:]:
            x = upsample(x, width, config.kernel, config.upsampling)
            x = layers.ReLU()(batch_norm(x))
        x = upsample(x, config.channels, config.kernel, config.upsampling)
        return keras.Model(latent, to_range(x), name="generator")
