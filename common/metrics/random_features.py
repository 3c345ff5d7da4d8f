"""Features from a network of random weights, for pictures of which nothing is known.

After Naeem et al. 2020 (Reliable Fidelity and Diversity Metrics), whose R64 are 64 numbers from a
VGG16 that was never trained; this network is a smaller one of the same kind, so its figures are not
theirs. It knows no things, but tells colours, edges and textures, and where they are; for pictures
unlike those that a trained net was trained on, the paper prefers such features.
"""

from __future__ import annotations

import hashlib

import numpy as np

from common.machine.precision import computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers

from common.metrics.helper_net import NetInfo
from data.pixels import to_float

#: Numbers in a picture's features.
DIMENSIONS = 64
#: Increased with every change of the network.
VERSION = 1

# Pixels a side that the network sees; larger pictures are averaged down to about that.
_LARGEST = 64
_WIDTHS = (32, 64, 128, 128, 128)
# Pixels a side of the last maps, at most.
_LAST = 4
_SCALED_BY = 1000


class RandomNet:
    """Network with random weights, the same for every data set of one shape.

    Args:
        training: Pictures uint8 N×H×W×C, over which each feature has mean 0 and deviation 1.
    """

    def __init__(self, training: np.ndarray):
        with computing_in("float32"):
            self._network = _build(training.shape[1:])
        self._mean, self._std = 0.0, 1.0
        features = self(training[:: max(1, len(training) // _SCALED_BY)])
        self._mean, self._std = features.mean(0), features.std(0) + 1e-6
        digest = hashlib.sha256(b"".join(w.tobytes() for w in self._network.get_weights()))
        height, width, channels = training.shape[1:]
        made_for = {"height": height, "width": width, "channels": channels, "net": VERSION}
        self.info = NetInfo("random net", made_for, {}, DIMENSIONS, digest=digest.hexdigest()[:12])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the features of pictures uint8 N×H×W×C: float32 N×DIMENSIONS."""
        parts = [
            np.asarray(self._network(to_float(images[i : i + 250])))
            for i in range(0, len(images), 250)
        ]
        return (np.concatenate(parts) - self._mean) / self._std


def _build(shape: tuple[int, ...]) -> keras.Model:
    """Build the network: blocks of two convolutions and a pooling, down to at most 4×4."""
    seeds = iter(range(100))

    def random() -> keras.initializers.Initializer:
        return keras.initializers.HeNormal(seed=next(seeds))

    x = picture = keras.Input(shape)
    if max(shape[:2]) >= 2 * _LARGEST:
        x = layers.AveragePooling2D(max(shape[:2]) // _LARGEST, padding="same")(x)
    for width in _WIDTHS:
        for _ in range(2):
            x = layers.Conv2D(width, 3, 1, "same", activation="relu", kernel_initializer=random())(
                x
            )
        if max(x.shape[1:3]) <= _LAST:
            break
        x = layers.MaxPooling2D(2, padding="same")(x)
    features = layers.Dense(DIMENSIONS, kernel_initializer=random())(layers.Flatten()(x))
    return keras.Model(picture, features)
