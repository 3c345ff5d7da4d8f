"""TraVeLGAN's Siamese network: one for both domains and both directions."""

from __future__ import annotations

import keras
from keras import layers

from common.layers import normal_weights
from common.network import Network
from common.optimizers import adam

from . import travel
from .blocks import norm, widths_from


class Siamese(Network):
    """Network from a picture of either domain to a vector (Amodio and Krishnaswamy 2019, 3.2).

    It has no adversary: it and the generators minimise the same terms, and it is updated in their
    step only. (The authors have one optimizer for both. Two Adams of one rate are the same: Adam
    looks at each weight by itself.)
    """

    name = "siamese"

    def buildModel(self) -> keras.Model:
        """Build the model: pictures `a` of A and `b` of B → the vectors of each, (N, L), float32.

        Only the first convolution is each domain's own; the layers that follow are shared.
        """
        config = self.config
        first, *widths = widths_from(config.width, config.halvings + 1, most=8)
        a = keras.Input(config.input_shape, name="a")
        b = keras.Input(config.sample_shape, name="b")
        x = [layers.LeakyReLU(0.2)(_convolution(first)(picture)) for picture in (a, b)]
        for width in widths:
            shared = _convolution(width), norm(), layers.LeakyReLU(0.2)
            for layer in shared:
                x = [layer(each) for each in x]
        vector = layers.Dense(config.vec_len, dtype="float32", name="vector")
        flat = layers.Flatten(dtype="float32")
        return keras.Model([a, b], [vector(flat(each)) for each in x], name="siamese")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Build the optimizer: the generators'."""
        return adam(self.config.generator_rate, self.config)

    def lossFunction(self, batch: dict, vectors) -> dict:
        """Compute what the generators minimise of its vectors, and the margin of originals.

        Args:
            batch: Not needed.
            vectors: As for `content`.
        """
        config, originals = self.config, [travel.differences(v) for v, _ in vectors]
        apart = sum(travel.margin_loss(v, config.margin) for v in originals) / len(originals)
        ratios = [
            travel.length_ratio(v, travel.differences(made))
            for v, (_, made) in zip(originals, vectors, strict=True)
        ]
        self.log(length_ratio=sum(ratios) / len(ratios))
        return content(vectors, config) | {"margin": config.siamese_weight * apart}


def content(vectors, config) -> dict:
    """Compute the weighted terms that keep the content: of lengths, if asked for, and directions.

    Args:
        vectors: Of each direction the vectors of original pictures and of their translations,
            (N, L) each.
        config: `siamese_weight`, `euclidean` and `floor`.
    """
    pairs = [tuple(map(travel.differences, both)) for both in vectors]
    weight = config.siamese_weight / len(pairs)
    terms = {}
    if config.euclidean:
        terms["euclidean"] = weight * sum(travel.euclidean_loss(*both) for both in pairs)
    cosines = sum(travel.cosine_loss(*both, config.floor) for both in pairs)
    return terms | {"cosine": weight * cosines}


def _convolution(width: int):
    return layers.Conv2D(width, 4, 2, "same", kernel_initializer=normal_weights())
