"""CGAN's generator."""

import keras
from keras import layers

from common.conditions import encoded, inputs
from common.layers import batch_norm, to_range, upsample, widths_towards_picture
from common.network import Generator


class CGANGenerator(Generator):
    """Generator from a latent vector and conditions to a picture.

    The conditions' one-hot vectors stand beside the latent, as if they were more of it; all
    that follows is DCGAN's (Radford et al. 2016).
    """

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, L), conditions (N,) each → pictures (N, size, size, C)."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** len(widths)

        latent, y = keras.Input((config.latent_size,), name="latent"), inputs(config)
        x = layers.Concatenate()([latent, encoded(y, config)])
        x = layers.Dense(side * side * widths[0], use_bias=False)(x)
        x = layers.ReLU()(batch_norm(x))
        x = layers.Reshape((side, side, widths[0]))(x)
        for width in widths[1:]:
            x = upsample(x, width, kernel=4)
            x = layers.ReLU()(batch_norm(x))
        x = upsample(x, config.channels, kernel=4)
        return keras.Model([latent, *y], to_range(x), name="generator")
