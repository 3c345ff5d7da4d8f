"""Template's discriminator."""

import keras
from keras import layers

from common.layers import downsample, widths_towards_picture
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
        # CHANGE: the network. Where it has batch normalisation, leave that out if
        # `config.penalised`: a penalty needs each picture's logit to depend on it alone.
        x = picture
        for width in reversed(widths_towards_picture(config.image_size, config.width)):
            x = layers.LeakyReLU(0.2)(downsample(x, width, kernel=4, bias=True))
        # In float32 whatever the arithmetic, as all that a loss looks at.
        logit = layers.Dense(1, dtype="float32", name="logit")(layers.Flatten()(x))
        return keras.Model(picture, logit, name="discriminator")
