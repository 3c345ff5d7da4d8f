"""SD-DCGAN's discriminator, which is shown pairs."""

import keras
from keras import layers

from common.layers import widths_towards_picture
from common.network import Discriminator

from .blocks import conv, uniform_weights


class PairDiscriminator(Discriminator):
    """Discriminator of pairs: two towers that share their weights, joined (Donahue et al. 2018).

    Each tower looks at one picture. Where their maps lie side by side, the rest of the network can
    compare: do both look real, do they differ, and do they show one identity?
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pairs (N, 2, size, size, C) in [-1, 1] → logits (N, 1), float32.

        Where each picture is judged by itself, logits (N, 2).
        """
        config = self.config
        pair = keras.Input((2, *config.sample_shape), name="sample")
        both = [pair[:, 0], pair[:, 1]]
        if config.towers == "stacked":
            both = [layers.Concatenate()(both)]
        shared = self._tower()
        maps = [passed(shared, picture) for picture in both]
        if config.towers == "single":
            head = [layers.Flatten(dtype="float32"), self._logit()]
            logits = layers.Concatenate(dtype="float32")([passed(head, x) for x in maps])
            return keras.Model(pair, logits, name="discriminator")
        x = layers.Concatenate()(maps) if len(maps) > 1 else maps[0]
        x = passed(self._block(maps[0].shape[-1], kernel=3), x)
        logit = self._logit()(layers.Flatten(dtype="float32")(x))
        return keras.Model(pair, logit, name="discriminator")

    def _tower(self) -> list[keras.Layer]:
        """The layers of a tower, down to a map of 4 to 7 pixels a side."""
        config = self.config
        first, *others = reversed(widths_towards_picture(config.image_size, config.width))
        found = [conv(first, config.kernel), layers.LeakyReLU(0.2)]
        return found + [layer for width in others for layer in self._block(width, config.kernel)]

    def _block(self, width: int, kernel: int) -> list[keras.Layer]:
        norm = [] if self.config.penalised else [layers.BatchNormalization()]
        return [conv(width, kernel), *norm, layers.LeakyReLU(0.2)]

    def _logit(self) -> keras.Layer:
        return layers.Dense(1, dtype="float32", kernel_initializer=uniform_weights(), name="logit")

    def lossFunction(self, batch: dict, fake) -> dict:
        """As `common.network.Discriminator.lossFunction`; the authors halve the adversarial term.

        Args:
            batch: Real pairs (`real`), N×2×H×W×C.
            fake: The generator's pairs.
        """
        terms = super().lossFunction(batch, fake)
        return terms | {"adversarial": terms["adversarial"] / 2}


def passed(through: list[keras.Layer], x):
    """Pass a map through layers, one after the other; each call of a layer has the same weights."""
    for layer in through:
        x = layer(x)
    return x
