"""CGAN's discriminator."""

import keras
from keras import layers

from common.conditions import encoded, inputs
from common.layers import batch_norm, downsample, normal_weights, widths_towards_picture
from common.network import Discriminator


class CGANDiscriminator(Discriminator):
    """Discriminator from a picture and its conditions to a logit.

    DCGAN's convolutions look at the picture alone. At their end the conditions decide what is
    looked for: the logit is ψ·φ(x) + y·Vφ(x), with φ(x) the last maps and a row of V for each
    value of a condition (the projection of Miyato and Koyama 2018, equation 3).
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C), conditions (N,) each → logits (N, 1)."""
        config = self.config
        picture, y = keras.Input(config.sample_shape, name="sample"), inputs(config)
        widths = widths_towards_picture(config.image_size, config.width)
        x = picture
        for depth, width in enumerate(reversed(widths)):
            x = downsample(x, width, kernel=4, bias=config.penalised)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Flatten(dtype="float32")(x)
        real = layers.Dense(1, dtype="float32", kernel_initializer=normal_weights())(x)
        wanted = layers.Dense(
            sum(config.condition_sizes.values()),
            use_bias=False,
            dtype="float32",
            kernel_initializer=normal_weights(),
        )(x)
        fits = layers.Dot(-1, dtype="float32")([wanted, encoded(y, config)])
        logit = layers.Add(dtype="float32", name="logit")([real, fits])
        return keras.Model([picture, *y], logit, name="discriminator")
