"""Template's generator."""

import keras
from keras import layers

from common.layers import batch_norm, to_range, upsample, widths_towards_picture
from common.network import Generator


class TemplateGenerator(Generator):
    """Generator from a latent vector to a picture."""

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, latent_size) → pictures (N, size, size, C) in [-1, 1]."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** len(widths)

        # An Input is named after an entry of the batch: what `draw` returns, or what is
        # known of the samples, such as `label` (the table is in common/batches.py).
        latent = keras.Input((config.latent_size,), name="latent")
        # CHANGE: the network, of Keras layers alone; common/layers.py has more blocks.
        x = layers.Dense(side * side * widths[0])(latent)
        x = layers.Reshape((side, side, widths[0]))(x)
        for width in widths[1:]:
            x = upsample(layers.ReLU()(batch_norm(x)), width, kernel=4)
        x = upsample(layers.ReLU()(batch_norm(x)), config.channels, kernel=4, bias=True)
        # The model's name is the name of its file in a run.
        return keras.Model(latent, to_range(x), name="generator")

    def lossFunction(self, batch, fake, discriminator) -> dict:
        """Compute the terms of the loss, whose sum is minimised and whose names are logged.

        Args:
            batch: Arrays by name; `real`, (N, size, size, C) in [-1, 1], is always there.
            fake: This network's pictures, of the same shape.
            discriminator: Evaluated without side effects.
        """
        terms = super().lossFunction(batch, fake, discriminator)
        # CHANGE: add terms of your own, terms["name"] = a scalar made with keras.ops; or let
        # this method go, where there are none.
        return terms
