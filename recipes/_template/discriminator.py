"""Template's discriminator."""

import keras
from keras import layers

from common.layers import batch_norm, downsample, widths_towards_picture
from common.network import Discriminator


class TemplateDiscriminator(Discriminator):
    """Discriminator from a picture to a logit.

    Its loss is `common.network.Discriminator.lossFunction`. Penalties, spectral norm, DiffAugment
    and the like are settings of every recipe, and need no line here.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C) in [-1, 1] → logits (N, 1), float32."""
        config = self.config
        # The Input for real or fake samples is always called `sample`.
        picture = keras.Input(config.sample_shape, name="sample")
        # CHANGE: the network, of Keras layers alone.
        widths = widths_towards_picture(config.image_size, config.width)
        x = picture
        for depth, width in enumerate(reversed(widths)):
            x = downsample(x, width, kernel=4, bias=True)
            # A penalty needs logits of one picture each, without its batch's statistics.
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        # In float32 whatever the arithmetic, as all that a loss looks at.
        logit = layers.Dense(1, dtype="float32", name="logit")(layers.Flatten()(x))
        return keras.Model(picture, logit, name="discriminator")
