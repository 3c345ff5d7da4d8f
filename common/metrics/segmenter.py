"""Segmenter: a small U-Net that finds the label of each pixel of a picture.

It takes the part of FCN-8s in Isola et al. 2017 (section 4.1): trained on real pictures that no
generator is trained on, it finds the labels again in pictures generated from them, if these
show them.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from common.machine import backend  # noqa: F401 (first: it imports TensorFlow, quietly)

import keras  # isort: skip
from keras import layers

from common.batches import rng_for
from common.metrics.helper_net import HelperNet, NetInfo
from data.labels import nearest, palette_of
from data.pixels import to_float
from data.resize import Size, height_and_width
from data.samples import SampleSet
from data.source import Source

#: Increased with every change of the network or of its training.
VERSION = 2
# A part of an endless world that no training takes.
_SEED = 20_161_121
_PAIRS, _FEWEST = 4000, 200
# The share of these that the segmenter is tested with and does not learn from.
_TESTED = 0.1
_BATCH, _STEPS = 16, 800
# The only factor that it reads: one label for each pixel.
_LABELS = "labels"


class Segmenter(HelperNet):
    """Classifier of the pixels of pictures."""

    @property
    def palette(self) -> np.ndarray:
        """Colours of the labels in label maps: uint8 L×C."""
        return np.array(self.info.made_for["palette"], np.uint8)

    @property
    def accuracy(self) -> float:
        """Share of the pixels of new real pictures that it labels correctly."""
        return self.info.accuracy[_LABELS]

    @property
    def guessing(self) -> float:
        """Share of those pixels that have the commonest label."""
        return self.info.guessing[_LABELS]

    def segment(self, images: np.ndarray) -> np.ndarray:
        """Label the pixels of pictures uint8 N×H×W×C: N×H×W indices into the palette."""
        parts = [
            np.asarray(self._network(to_float(images[i : i + 50]))).argmax(-1)
            for i in range(0, len(images), 50)
        ]
        return np.concatenate(parts)

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """As `segment`."""
        return {_LABELS: self.segment(images)}

    def labels(self, inputs: np.ndarray) -> np.ndarray:
        """Convert label maps in colour, uint8 N×H×W×C', to labels N×H×W."""
        return _labels_of(inputs, self.palette)

    @staticmethod
    def build(info: NetInfo) -> keras.Model:
        """Build a U-Net of three sizes, with a field of view of about 40 pixels."""
        x = picture = keras.Input((None, None, info.made_for["channels"]))
        maps = []
        for width in (16, 32):
            x = _block(x, width, 1)
            maps.append(x)
            x = _block(x, 2 * width, 2)
        x = _block(_block(x, 96, 1), 64, 1)
        for width, skip in zip((32, 24), maps[::-1], strict=True):
            x = layers.Concatenate()([layers.UpSampling2D(2)(x), skip])
            x = _block(x, width, 1)
        logits = layers.Conv2D(info.factors[_LABELS], 1, dtype="float32")(x)
        return keras.Model(picture, logits)


def segmenter_of(source: Source, size: Size) -> Segmenter | str:
    """Return the segmenter for a source of pairs: from the cache, or trained (about a minute).

    Returns:
        The segmenter, or why there is none, in words.
    """
    if "inputs" not in source.label_maps:
        return f"what is given in {source.name} is no label maps"
    known = source.load("validation", size, _PAIRS, _SEED)
    if len(known) < _FEWEST:
        return (
            f"{source.name} has {len(known)} pairs for validation, too few to teach a segmenter "
            f"({_FEWEST})"
        )
    palette = palette_of(known.inputs)
    if palette is None:
        return f"the label maps of {source.name} have too many colours to be told apart"
    height, width = height_and_width(size)
    name = f"{Path(source.name.replace(':', '-')).stem}-segmenter"
    made_for = {"data": source.name, "height": height, "width": width, "segmenter": VERSION}
    made_for |= {"channels": source.channels, "pictures": _sum_of(known), "palette": palette}

    def train() -> Segmenter:
        print(f"training a segmenter of {len(palette)} labels …", flush=True)
        mixed = rng_for(_SEED, "parts").permutation(len(known))
        edge = round(len(known) * _TESTED)
        training, tests = known.take(mixed[edge:]), known.take(mixed[:edge])
        factors = {_LABELS: len(palette)}
        info = NetInfo(name, made_for, factors, len(palette), trained_on=len(training))
        return _train(info, training, tests)

    segmenter = Segmenter.cached(f"{name}-{width}x{height}", made_for, train)
    return segmenter.info.failure or segmenter


def _train(info: NetInfo, training: SampleSet, tests: SampleSet) -> Segmenter:
    palette = np.array(info.made_for["palette"], np.uint8)
    answers = {_LABELS: _labels_of(tests.inputs, palette)}
    batches = _Batches(training, palette, _STEPS)
    return Segmenter.train(info, batches, (tests.samples, answers), _SEED)


def _labels_of(inputs: np.ndarray, palette: np.ndarray) -> np.ndarray:
    return np.stack([nearest(picture, palette) for picture in inputs])


def _sum_of(known: SampleSet) -> int:
    return zlib.crc32(np.ascontiguousarray(known.inputs), zlib.crc32(known.samples))


def _block(x, width: int, stride: int):
    x = layers.Conv2D(width, 3, stride, "same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


class _Batches(keras.utils.PyDataset):
    """Random batches, half of them mirrored."""

    def __init__(self, training: SampleSet, palette: np.ndarray, steps: int):
        super().__init__()
        self._training, self._palette, self._steps = training, palette, steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int):
        rng = rng_for(_SEED, "reader", step)
        some = self._training.take(rng.integers(0, len(self._training), _BATCH))
        answers = _labels_of(some.inputs, self._palette)
        if rng.random() < 0.5:
            return to_float(some.samples[:, :, ::-1]), {_LABELS: answers[:, :, ::-1]}
        return to_float(some.samples), {_LABELS: answers}
