"""The features in which pictures are compared: a small classifier of the data's own factors.

It learns to read everything that is known of a picture and has words (a digit, a typeface,
the shape of a roof), from pictures that no generator is trained on. What it knows of a
picture before it decides, a vector of `DIMENSIONS` numbers, is the picture's features.
A distance in them says nothing beside a distance in another net's: so it is told with the
net's name, its accuracy and a digest of its weights.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.precision import choose, computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers

from common.batches import random
from data import cache
from data.errors import Refused
from data.files import DAMAGED
from data.imageset import ImageSet, Source

#: Numbers in a picture's features.
DIMENSIONS = 64
#: Raised with every change of the network or of its training.
VERSION = 1

# A part of an endless world that no training takes.
_SEED = 20_161_210
_PICTURES, _TESTS = 12_000, 2000
_BATCH = 64
# Pixels that a training looks at in all: about half a minute on two cores.
_PIXELS = 110_000_000
_MOST_STEPS = 2500
# A factor of more is left out: it can only be the others put together.
_MOST_VALUES = 100
# Pixels by which a batch is moved, so that few pictures go a longer way.
_SHIFT = 2


@dataclass(frozen=True)
class Known:
    """What is recorded of a net beside its weights."""

    #: Such as "digits-net".
    name: str
    #: What it was made for: data, version, size and channels.
    made_for: dict
    #: Factor -> how many values it can have.
    factors: dict[str, int]
    #: Numbers in a picture's features.
    dimensions: int
    #: Factor -> the share of pictures, among `tested` that it never saw, on which it is right.
    accuracy: dict[str, float]
    trained_on: int
    tested: int
    steps: int
    seconds: float
    #: Of the weights: nets with different digests have different features.
    digest: str


class FeatureNet:
    """A trained net: from pictures to features, and to what it takes their factors for."""

    def __init__(self, network: keras.Model, known: Known):
        self._network, self.known = network, known

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """The features of pictures uint8 N×H×W×C: float32 N×DIMENSIONS."""
        return self._outputs(images)[0]

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """What it takes each picture's factors for: name -> N whole numbers."""
        logits = self._outputs(images)[1:]
        return {
            name: values.argmax(1) for name, values in zip(self.known.factors, logits, strict=True)
        }

    def _outputs(self, images: np.ndarray) -> list[np.ndarray]:
        shape = self._network.input_shape[1:]
        if images.dtype != np.uint8 or images.shape[1:] != shape:
            raise Refused(
                f"{self.known.name} reads uint8 pictures of the shape {shape}, not {images.dtype} "
                f"of {images.shape[1:]}"
            )
        parts = [
            [np.asarray(out) for out in self._network(_to_float(images[i : i + 250]))]
            for i in range(0, len(images), 250)
        ]
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]


def feature_net(source: Source, size: int, file: Path | None = None) -> FeatureNet | None:
    """The net for a source's pictures: from a file, from the cache, or trained now.

    Args:
        size: Pixels a side.
        file: A net that was made before, on another machine perhaps: one from its cache.

    Returns:
        None where nothing that has words is known of the pictures.

    Raises:
        Refused: `file` is no such net, or was made for other data.
    """
    if not any(source.factors.values()):
        return None
    training = source.load("validation", size, _PICTURES, _SEED)
    targets = {
        name: len(words)
        for name, words in source.factors.items()
        if words and 2 <= len(words) <= _MOST_VALUES
    }
    name = f"{Path(source.name.replace(':', '-')).stem}-net"
    made_for = {"data": name[:-4], "size": size, "channels": source.channels}
    if source.count is None:
        made_for["version"] = source.world.version
    else:
        made_for["pictures"] = zlib.crc32(np.ascontiguousarray(training.images))
    if file is not None:
        return _from_file(file, made_for)

    def make() -> dict[str, np.ndarray]:
        print(f"training {name}, which reads {', '.join(targets)} …", flush=True)
        tests = source.load("test", size, _TESTS, _SEED)
        return _to_arrays(*_train(name, made_for, targets, training, tests))

    key = {"features": VERSION, **made_for}
    return _from_arrays(cache.remember_arrays(f"{name}-{size}", key, make, _from_arrays))


def _train(name, made_for, targets, training: ImageSet, tests: ImageSet):
    began = time.time()
    keras.utils.set_random_seed(_SEED)
    shape = training.images.shape[1:]
    with computing_in(choose("auto")):
        network = _build(shape, targets)
    steps = min(_MOST_STEPS, _PIXELS // (_BATCH * shape[0] * shape[1]))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    reader = keras.Model(network.input, dict(zip(targets, network.outputs[1:], strict=True)))
    reader.compile(keras.optimizers.Adam(rate), dict.fromkeys(targets, loss))
    reader.fit(_Lessons(training, targets, steps), shuffle=False, verbose=0)
    with computing_in("float32"):
        whole = _build(shape, targets)
    whole.set_weights(network.get_weights())
    digest = hashlib.sha256(b"".join(w.tobytes() for w in whole.get_weights())).hexdigest()[:12]

    def known(accuracy: dict) -> Known:
        return Known(
            name,
            made_for,
            targets,
            DIMENSIONS,
            accuracy,
            len(training),
            len(tests),
            steps,
            round(time.time() - began, 1),
            digest,
        )

    read = FeatureNet(whole, known({})).read(tests.images)
    return whole, known({f: float((read[f] == tests.factors[f]).mean()) for f in targets})


def _build(shape: tuple[int, ...], targets: dict[str, int]) -> keras.Model:
    """Strided convolutions down to a map of at most 5×5, features, and a head a factor."""
    x = picture = keras.Input(shape)
    width = 32
    while True:
        x = layers.Conv2D(width, 4, 2, "same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        if max(x.shape[1:3]) <= 5:
            break
        width = min(2 * width, 128)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.Dense(DIMENSIONS, dtype="float32")(x)
    # Each with mean 0 and deviation 1 over the pictures that were learned from.
    features = layers.BatchNormalization(
        momentum=0.99, center=False, scale=False, dtype="float32", name="features"
    )(x)
    x = layers.ReLU()(features)
    heads = [layers.Dense(count, dtype="float32", name=f)(x) for f, count in targets.items()]
    return keras.Model(picture, [features, *heads])


class _Lessons(keras.utils.PyDataset):
    """Random batches, each moved by a few pixels."""

    def __init__(self, training: ImageSet, targets: dict[str, int], steps: int):
        super().__init__()
        self._training, self._targets, self._steps = training, targets, steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int):
        chance = random(_SEED, "lessons", step)
        chosen = chance.integers(0, len(self._training), _BATCH)
        images = self._training.images[chosen]
        down, right = chance.integers(0, 2 * _SHIFT + 1, 2)
        height, width = images.shape[1:3]
        border = ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT), (0, 0))
        moved = np.pad(images, border, "edge")[:, down : down + height, right : right + width]
        answers = {name: self._training.factors[name][chosen] for name in self._targets}
        return _to_float(moved), answers


def _to_float(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1


def _to_arrays(network: keras.Model, known: Known) -> dict[str, np.ndarray]:
    arrays = {f"weight-{i:03d}": weight for i, weight in enumerate(network.get_weights())}
    return arrays | {"known": np.array(json.dumps(dataclasses.asdict(known)))}


def _from_arrays(arrays: dict[str, np.ndarray]) -> FeatureNet:
    known = Known(**json.loads(str(arrays["known"])))
    size, channels = known.made_for["size"], known.made_for["channels"]
    with computing_in("float32"):
        network = _build((size, size, channels), known.factors)
    network.set_weights([arrays[name] for name in sorted(arrays) if name.startswith("weight-")])
    return FeatureNet(network, known)


def _from_file(file: Path, made_for: dict) -> FeatureNet:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            net = _from_arrays({name: arrays[name] for name in arrays.files})
    except DAMAGED as fault:
        raise Refused(f"--features {file} is no feature net") from fault
    if net.known.made_for != made_for:
        raise Refused(
            f"--features {file} was made for {_words(net.known.made_for)}; this run's data is "
            f"{_words(made_for)}"
        )
    return net


def _words(made_for: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in made_for.items())
