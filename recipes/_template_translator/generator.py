"""Template's generator."""

import keras
from keras import layers, ops

from common.layers import downsample, instance_norm, to_range, upsample
from common.network import Generator


class TemplateGenerator(Generator):
    """U-Net from picture to picture: halved, doubled again, with skips at each size."""

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, C) → (N, H, W, C') in [-1, 1].

        H and W are multiples of 2^halvings; of other sizes `Translator` takes care.
        """
        config = self.config
        # An Input is named after an entry of the batch: `input` is what to translate.
        picture = keras.Input((None, None, config.input_channels), name="input")
        # CHANGE: the network, of Keras layers alone; common/layers.py has more blocks. Without
        # batch normalisation, a translation does not depend on what else is in the batch.
        widths = [config.width * min(2**level, 8) for level in range(config.halvings)]
        x, skips = picture, []
        for width in widths:
            skips.append(x)
            x = layers.LeakyReLU(0.2)(instance_norm(downsample(x, width, kernel=4)))
        for width, skip in zip([config.width, *widths[:-1]][::-1], skips[::-1], strict=True):
            x = layers.ReLU()(instance_norm(upsample(x, width, kernel=4)))
            x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(config.channels, 3, padding="same")(x)
        # The model's name is the name of its file in a run.
        return keras.Model(picture, to_range(x), name="generator")

    def lossFunction(self, batch, fake, discriminator) -> dict:
        """Compute the adversarial loss, and the L1 distance to the real pictures.

        Args:
            batch: `real`, N×H×W×C' in [-1, 1], and the `input` that it belongs to.
            fake: This network's pictures, of the shape of `real`.
            discriminator: Evaluated without side effects.
        """
        # CHANGE: the terms; their sum is minimised, their names are logged.
        terms = super().lossFunction(batch, fake, discriminator)
        return terms | {"l1": self.config.l1 * ops.mean(ops.abs(fake - batch["real"]))}
