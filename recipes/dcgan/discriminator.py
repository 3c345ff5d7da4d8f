"""DCGAN's discriminator."""

import keras
from keras import layers

from common.layers import batch_norm, downsample, normal_weights, widths_towards_picture
from common.network import Discriminator


class DCGANDiscriminator(Discriminator):
    """Discriminator from a picture to a logit (Radford et al. 2016, section 3).

    The generator's mirror image: strided convolutions instead of pooling, LeakyReLU .2, batch
    normalisation everywhere but at the picture; none at all where a penalty needs each logit to
    depend on one picture alone.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C) in [-1, 1] → logits (N, 1), float32."""
        config = self.config
        picture = keras.Input(config.sample_shape, name="sample")
        widths = widths_towards_picture(config.image_size, config.width)
        x = picture
        for depth, width in enumerate(reversed(widths)):
            x = downsample(x, width, config.kernel, bias=config.penalised)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Flatten()(x)
        logit = layers.Dense(
            1, use_bias=False, dtype="float32", kernel_initializer=normal_weights(), name="logit"
        )(x)
        return keras.Model(picture, logit, name="discriminator")
