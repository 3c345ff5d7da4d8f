"""A reader of label maps: which label each pixel of a picture belongs to.

What FCN-8s is to street scenes in Isola et al. 2017 (section 4.1), a small U-Net is here to
the data at hand: trained on real pictures that no generator is trained on, it finds the
labels again in pictures that were made from them, or it does not.
"""

from __future__ import annotations

import hashlib
import zlib

import numpy as np

from common.machine.precision import choose, computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers

from common.batches import rng_for
from data import cache
from data.labels import nearest, palette_of
from data.resize import height_and_width
from data.samples import SampleSet
from data.source import Source

#: Raised with every change of the network or of its training.
VERSION = 2
# A part of an endless world that no training takes.
_SEED = 20_161_121
_PAIRS, _FEWEST = 4000, 200
# Of these, the share that the reader is tested with and does not learn from.
_TESTED = 0.1
# A reader that has learned less, from guessing (0) to certainty (1), is no judge.
_LEARNED = 0.5
_BATCH, _STEPS = 16, 800


class Reader:
    """A trained reader."""

    def __init__(self, network: keras.Model, palette: np.ndarray, accuracy: float, guess: float):
        self._network, self.palette = network, palette
        #: Shares of the pixels of pairs that it did not learn from: those that it reads
        #: rightly, and those that have the commonest label.
        self.accuracy, self.guess = accuracy, guess

    def read(self, images: np.ndarray) -> np.ndarray:
        """The label of each pixel of pictures, uint8 N×H×W×C: N×H×W places in the palette."""
        parts = [
            np.asarray(self._network(_to_float(images[i : i + 50]))).argmax(-1)
            for i in range(0, len(images), 50)
        ]
        return np.concatenate(parts)

    def labels(self, inputs: np.ndarray) -> np.ndarray:
        """The labels that label maps in colour hold, uint8 N×H×W×C'."""
        return np.stack([nearest(picture, self.palette) for picture in inputs])

    @property
    def digest(self) -> str:
        """Tells one reader's weights from another's."""
        weights = b"".join(weight.tobytes() for weight in self._network.get_weights())
        return hashlib.sha256(weights).hexdigest()[:12]


def reader_of(source: Source, size) -> Reader | str:
    """The reader for a source of pairs: from the cache, or trained now (about a minute).

    Returns:
        It, or why there is none, in words.
    """
    if "inputs" not in source.label_maps:
        return f"what is given in {source.name} is no label maps"
    known = source.load("validation", size, _PAIRS, _SEED)
    if len(known) < _FEWEST:
        return (
            f"{source.name} has {len(known)} pairs for validation, too few to teach a reader "
            f"({_FEWEST})"
        )
    palette = palette_of(known.inputs)
    if palette is None:
        return f"the label maps of {source.name} have too many colours to be told apart"
    height, width = height_and_width(size)
    made_for = {"data": source.name, "height": height, "width": width, "reader": VERSION}
    made_for |= {"pictures": _sum_of(known), "palette": palette}
    shape, colours = (height, width, source.channels), np.array(palette, np.uint8)

    def make() -> dict[str, np.ndarray]:
        print(f"training a reader of {len(palette)} labels …", flush=True)
        mixed = rng_for(_SEED, "parts").permutation(len(known))
        edge = round(len(known) * _TESTED)
        weights = _train(shape, colours, known.take(mixed[edge:])).get_weights()
        arrays = {f"weight-{i:03d}": weight for i, weight in enumerate(weights)}
        tests = known.take(mixed[:edge])
        reader = use(arrays | {"accuracy": np.zeros(2)})
        wanted = reader.labels(tests.inputs)
        right = pixel_accuracy(reader.read(tests.samples), wanted)
        return arrays | {
            "accuracy": np.array([right, np.bincount(wanted.ravel()).max() / wanted.size])
        }

    def use(arrays: dict[str, np.ndarray]) -> Reader:
        with computing_in("float32"):
            network = _build(shape, len(palette))
        network.set_weights([arrays[name] for name in sorted(arrays) if name != "accuracy"])
        return Reader(network, colours, *map(float, arrays["accuracy"]))

    reader = use(cache.cached_arrays(f"reader-{width}x{height}", made_for, make, use))
    if reader.accuracy - reader.guess < _LEARNED * (1 - reader.guess):
        return (
            f"a reader has learned too little to judge: it reads {reader.accuracy:.0%} of new "
            f"pixels rightly, and the commonest label alone is {reader.guess:.0%}"
        )
    return reader


def _sum_of(known: SampleSet) -> int:
    return zlib.crc32(np.ascontiguousarray(known.inputs), zlib.crc32(known.samples))


def _train(shape, palette: np.ndarray, known: SampleSet) -> keras.Model:
    keras.utils.set_random_seed(_SEED)
    with computing_in(choose("auto")):
        network = _build(shape, len(palette))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, _STEPS)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss)
    network.fit(_Lessons(known, palette), shuffle=False, verbose=0)
    return network


def _build(shape: tuple[int, ...], labels: int) -> keras.Model:
    """A U-Net of three sizes: its judgement of a pixel looks at about 40 around it."""
    x = picture = keras.Input((None, None, shape[-1]))
    maps = []
    for width in (16, 32):
        x = _block(x, width, 1)
        maps.append(x)
        x = _block(x, 2 * width, 2)
    x = _block(_block(x, 96, 1), 64, 1)
    for width, skip in zip((32, 24), maps[::-1], strict=True):
        x = layers.Concatenate()([layers.UpSampling2D(2)(x), skip])
        x = _block(x, width, 1)
    logits = layers.Conv2D(labels, 1, dtype="float32")(x)
    return keras.Model(picture, logits)


def _block(x, width: int, stride: int):
    x = layers.Conv2D(width, 3, stride, "same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


class _Lessons(keras.utils.PyDataset):
    def __init__(self, known: SampleSet, palette: np.ndarray):
        super().__init__()
        self._known, self._palette = known, palette

    def __len__(self) -> int:
        return _STEPS

    def __getitem__(self, step: int):
        chance = rng_for(_SEED, "reader", step)
        some = self._known.take(chance.integers(0, len(self._known), _BATCH))
        answers = np.stack([nearest(picture, self._palette) for picture in some.inputs])
        if chance.random() < 0.5:
            return _to_float(some.samples[:, :, ::-1]), answers[:, :, ::-1]
        return _to_float(some.samples), answers


def _to_float(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1


def pixel_accuracy(read: np.ndarray, wanted: np.ndarray) -> float:
    """The share of pixels whose label is right."""
    return float((read == wanted).mean())


def class_overlap(read: np.ndarray, wanted: np.ndarray, labels: int) -> float:
    """Intersection over union, averaged over the labels that there are (class IoU)."""
    table = np.bincount((wanted * labels + read).ravel(), minlength=labels**2)
    table = table.reshape(labels, labels)
    both, either = np.diag(table), table.sum(0) + table.sum(1) - np.diag(table)
    there = table.sum(1) > 0
    return float((both[there] / either[there]).mean())
