"""Feature nets: fixed networks from pictures to maps; one of them has random filters."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from common.machine.precision import computing_in

#: Scales of the random filters, each half of the one before.
FILTERS = ("scale1", "scale2", "scale3", "scale4")


class FeatureNet:
    """Fixed network from pictures to named maps.

    Args:
        name: What it is, honestly: it stands in the run, and in what is made with it.
        model: From pictures (N, H, W, 3) in [-1, 1] to maps, one for each of `layers`.
        layers: Their names.
    """

    def __init__(self, name: str, model: keras.Model, layers: Sequence[str]):
        self.name, self.layers, self.model = name, tuple(layers), model

    def __call__(self, pictures) -> dict:
        """Compute the maps of pictures N×H×W×3 in [-1, 1] by their layers' names."""
        pictures = ops.cast(pictures, "float32")
        if pictures.shape[-1] == 1:
            pictures = ops.repeat(pictures, 3, axis=-1)
        found = self.model(pictures, training=False)
        return dict(zip(self.layers, found if len(self.layers) > 1 else [found], strict=True))


def random_filters(
    seed: int = 0,
    wanted: Sequence[str] = FILTERS,
    width: int = 32,
    kernel: int = 5,
    zero_sum: bool = False,
) -> FeatureNet:
    """Build a net of random filters at several scales, never trained.

    After Ustyuzhaninov et al. 2017, who found that one layer of random filters of many sizes
    describes a texture well. Here the filters stay small, and the picture is halved instead.

    Args:
        seed: Seed of the filters.
        wanted: Which scales, of `FILTERS`.
        width: Filters at each scale.
        kernel: Their size.
        zero_sum: Whether they take no notice of even colour, only of its changes.
    """
    rng = np.random.default_rng([seed, 0xF117E5])
    x = picture = keras.Input((None, None, 3), name="sample")
    found = {}
    with computing_in("float32"):
        for name in FILTERS:
            x = layers.AveragePooling2D(2)(x) if found else x
            values = rng.standard_normal((kernel, kernel, 3, width)).astype(np.float32)
            if zero_sum:
                values -= values.mean((0, 1), keepdims=True)
            values /= np.sqrt((values**2).sum((0, 1, 2)))
            convolution = layers.Conv2D(width, kernel, activation="relu", use_bias=False)
            found[name] = convolution(x)
            convolution.set_weights([values])
        model = keras.Model(picture, [found[name] for name in wanted], name="random_filters")
    return FeatureNet("random filters", model, wanted)
