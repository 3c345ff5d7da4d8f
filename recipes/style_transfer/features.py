"""Feature nets of perceptual losses: VGG from a file of weights, or a random encoder.

A feature net is fixed: it belongs to a loss, not to a network, so it is neither trained nor saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers

from common.filters import FeatureNet
from common.layers import reflect
from common.machine.precision import computing_in

from . import weights

#: Means of blue, green and red of ImageNet's pictures, 0 to 255 (as VGG was trained).
BGR_MEANS = (103.939, 116.779, 123.68)
#: Stages of the random encoder, each half of the one before.
STAGES = ("stage1", "stage2", "stage3")


def preprocessed(pictures):
    """Convert pictures in [-1, 1] to what VGG was trained on: BGR, 0 to 255, means subtracted."""
    return (pictures[..., ::-1] + 1) * 127.5 - np.array(BGR_MEANS, np.float32)


def vgg(name: weights.VGGName, file: Path, wanted: Sequence[str]) -> FeatureNet:
    """Build VGG16 or VGG19 up to the last wanted layer (Simonyan and Zisserman 2015).

    Args:
        name: Which.
        file: Its weights, in a layout of Keras'.
        wanted: Names of layers as Keras has them: "block3_conv3" is relu3_3 of the papers. Maps
            are those after the ReLU.

    Raises:
        Refused: the file holds another network's weights, or is damaged.
    """
    kept = weights.read(file, name)
    x = picture = keras.Input((None, None, 3), name="sample")
    x = preprocessed(x)
    found, convolutions = {}, []
    with computing_in("float32"):
        for block, count in enumerate(weights.BLOCKS[name], 1):
            if block > 1:
                x = layers.MaxPooling2D(2, name=f"block{block - 1}_pool")(x)
            for number in range(1, count + 1):
                layer = f"block{block}_conv{number}"
                width = weights.WIDTHS[block - 1]
                convolution = layers.Conv2D(width, 3, 1, "same", activation="relu", name=layer)
                x = found[layer] = convolution(x)
                convolutions.append(convolution)
        for convolution, values in zip(convolutions, kept, strict=True):
            convolution.set_weights(values)
        model = keras.Model(picture, [found[layer] for layer in wanted], name=name)
    return FeatureNet(name.upper(), model, wanted)


def random_encoder(seed: int, width: int, wanted: Sequence[str] = STAGES) -> FeatureNet:
    """Build an encoder of random convolutions, never trained, in the place of a VGG.

    Args:
        seed: Seed of its kernels.
        width: Channels of its first stage; each further one, at half the size, has twice as many.
        wanted: Which stages, of `STAGES`.
    """
    rng = np.random.default_rng([seed, 0xE4C0DE])
    x = picture = keras.Input((None, None, 3), name="sample")
    found = {}
    with computing_in("float32"):
        for stage, name in enumerate(STAGES):
            if found:
                x = layers.AveragePooling2D(2, name=f"{name}_pool")(x)
            before, after = x.shape[-1], width * 2**stage
            values = rng.standard_normal((3, 3, before, after)) * np.sqrt(2 / (9 * before))
            convolution = layers.Conv2D(after, 3, activation="relu", name=name)
            # Zeros around a picture would be seen as a frame, and painted.
            x = found[name] = convolution(reflect(x, 1))
            convolution.set_weights([values, np.zeros(after)])
        model = keras.Model(picture, [found[name] for name in wanted], name="random_encoder")
    return FeatureNet("random convolutions", model, wanted)
