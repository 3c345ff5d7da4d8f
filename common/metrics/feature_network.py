"""Network of the feature net, and the batches that it learns from."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from common.batches import rng_for
from data.pixels import to_float
from data.samples import SampleSet

#: Numbers in a picture's features.
DIMENSIONS = 64
#: Pictures a batch.
BATCH = 64
#: Pixels a side that the network sees; larger pictures are averaged down to about that.
LARGEST = 64

# Pixels by which a batch is shifted at most.
_SHIFT = 2
# Ranges of light, contrast and grain for a net that is to be robust against them.
_LIGHT, _CONTRAST, _GRAIN = 0.1, 0.15, 0.03


def build(shape: tuple[int, ...], factors: dict[str, int]) -> keras.Model:
    """Build the network: strided convolutions to at most 5×5, features, a head for each factor.

    Args:
        shape: (H, W, C) of a picture in [-1, 1].
        factors: Name -> how many values it can have.

    Returns:
        Pictures -> [features N×DIMENSIONS, logits of each factor], float32.
    """
    x = picture = keras.Input(shape)
    if max(shape) >= 2 * LARGEST:
        x = layers.AveragePooling2D(max(shape) // LARGEST)(x)
    width = 32
    while True:
        x = layers.Conv2D(width, 4, 2, "same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        if max(x.shape[1:3]) <= 5:
            break
        width = min(2 * width, 128)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.Dense(DIMENSIONS, dtype="float32")(x)
    # Each with mean 0 and deviation 1 over the training pictures.
    features = layers.BatchNormalization(
        momentum=0.99, center=False, scale=False, dtype="float32", name="features"
    )(x)
    x = layers.ReLU()(features)
    heads = [layers.Dense(count, dtype="float32", name=f)(x) for f, count in factors.items()]
    return keras.Model(picture, [features, *heads])


class Batches(keras.utils.PyDataset):
    """Random batches, each shifted by a few pixels; optionally each picture in other light.

    Args:
        training: Pictures and their factors.
        factors: The names of the factors to learn.
        steps: Number of batches.
        seed: Seed of everything random.
        any_light: Whether to change light, contrast and grain.
    """

    def __init__(self, training: SampleSet, factors, steps: int, seed: int, any_light: bool):
        super().__init__()
        self._training, self._factors, self._steps = training, factors, steps
        self._seed, self._any_light = seed, any_light

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int):
        rng = rng_for(self._seed, "lessons", step)
        chosen = rng.integers(0, len(self._training), BATCH)
        images = self._training.samples[chosen]
        down, right = rng.integers(0, 2 * _SHIFT + 1, 2)
        height, width = images.shape[1:3]
        border = ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT), (0, 0))
        moved = np.pad(images, border, "edge")[:, down : down + height, right : right + width]
        answers = {name: self._training.factors[name][chosen] for name in self._factors}
        pictures = to_float(moved)
        return (_in_other_light(pictures, rng) if self._any_light else pictures), answers


def _in_other_light(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    one_each = (len(pictures), 1, 1, 1)
    contrast = 1 + rng.uniform(-_CONTRAST, _CONTRAST, one_each)
    # For each channel by itself: generated pictures may have a colour cast.
    light = rng.uniform(-_LIGHT, _LIGHT, (len(pictures), 1, 1, pictures.shape[-1]))
    grain = rng.uniform(0, _GRAIN, one_each) * rng.standard_normal(pictures.shape)
    return np.clip(contrast * pictures + light + grain, -1, 1).astype(np.float32)
