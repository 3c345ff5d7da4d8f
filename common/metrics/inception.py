"""Features of InceptionV3, from a file of its weights; nothing is downloaded unasked.

The weights are those of `keras.applications.InceptionV3` without its top, trained on
ImageNet. The FID of Heusel et al. 2017 uses an older Inception of TensorFlow's: figures
made here are comparable with each other, and close to published ones at best.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from common.machine.precision import computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import ops

from data.errors import EnvironmentFailure, Refused
from data.files import DAMAGED
from data.homes import keras_home

#: Size of its features, the last pooling.
DIMENSIONS = 2048
#: Samples below which a Fréchet distance in so many dimensions is not called FID.
FEWEST = 10_000

#: Where Keras keeps the weights, below its home.
KERAS_FILE = "models/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
_SIDE = 299


def weights(file: Path | None) -> Path | None:
    """Path of the weights: the file named, or the one in Keras' cache; None if there is neither."""
    if file is not None:
        return file
    cached = keras_home() / KERAS_FILE
    return cached if cached.is_file() else None


def download() -> Path:
    """Fetch the weights into Keras' cache, as Keras does, which knows their checksum.

    Raises:
        EnvironmentFailure: they cannot be fetched, or are not what they should be.
    """
    print("fetching the weights of InceptionV3, 88 MB …", flush=True)
    try:
        keras.applications.InceptionV3(
            include_top=False, weights="imagenet", input_shape=(_SIDE, _SIDE, 3), pooling="avg"
        )
    except Exception as fault:
        # Keras raises exceptions of no kind of its own.
        raise EnvironmentFailure(
            f"the weights of InceptionV3 cannot be fetched ({fault}); bring the file from another "
            "machine, and name it: --inception FILE"
        ) from fault
    return weights(None)


def digest(file: Path) -> str:
    """Compute the digest of a file of weights."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


class Inception:
    """InceptionV3 up to its last pooling: pictures to features.

    Raises:
        Refused: the file does not hold its weights.
    """

    def __init__(self, file: Path):
        with computing_in("float32"):
            self._network = keras.applications.InceptionV3(
                include_top=False, weights=None, input_shape=(_SIDE, _SIDE, 3), pooling="avg"
            )
        try:
            self._network.load_weights(file)
        except DAMAGED as fault:
            raise Refused(f"--inception {file} does not hold InceptionV3's weights") from fault

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the features of pictures uint8 N×H×W×C: float32 N×2048."""
        return np.concatenate([self._part(images[i : i + 32]) for i in range(0, len(images), 32)])

    def _part(self, images: np.ndarray) -> np.ndarray:
        pictures = ops.image.resize(
            images.astype(np.float32), (_SIDE, _SIDE), interpolation="bilinear", antialias=True
        )
        colour = ops.broadcast_to(pictures / 127.5 - 1, (len(images), _SIDE, _SIDE, 3))
        return np.asarray(self._network(colour))
