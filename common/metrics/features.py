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

from common.machine.precision import choose, computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers

from common.batches import rng_for
from data import cache
from data.errors import Refused
from data.files import DAMAGED
from data.samples import SampleSet
from data.source import Source

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
_FEWEST_STEPS, _MOST_STEPS = 600, 2500
# Larger pictures are looked at in cells of several pixels.
_LARGEST = 64
# A net that has learned less of every factor than this, from guessing (0) to certainty (1),
# is no judge.
_LEARNED = 0.5
# A factor of more is left out: it can only be the others put together.
_MOST_VALUES = 100
# Pixels by which a batch is moved, so that few pictures go a longer way.
_SHIFT = 2
# How far light and contrast of a batch are changed for a net that is to see past them.
_LIGHT, _CONTRAST, _GRAIN = 0.1, 0.15, 0.03


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
    #: Factor -> the share on which whoever always gives the commonest answer is right.
    guessing: dict[str, float]
    trained_on: int
    tested: int
    steps: int
    seconds: float
    #: Of the weights: nets with different digests have different features.
    digest: str

    def learned(self, factor: str) -> float:
        """How well a factor is read, from 0, guessing, to 1, certainty."""
        guess = self.guessing[factor]
        return (self.accuracy[factor] - guess) / max(1 - guess, 1e-9)


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


def feature_net(
    source: Source, size: int, file: Path | None = None, any_light: bool = False
) -> FeatureNet | str:
    """The net for a source's pictures: from a file, from the cache, or trained now.

    Args:
        size: Pixels a side.
        file: A net that was made before, on another machine perhaps: one from its cache.
        any_light: Teach it with pictures a little brighter or darker, of more or less
            contrast, and grainy, so that it reads what is in made pictures as well: else 1 %
            of light can decide whether it takes shadows on snow for a frozen lake.

    Returns:
        The net, or why there is none, in words.

    Raises:
        Refused: `file` is no such net, or was made for other data.
    """
    name = f"{Path(source.name.replace(':', '-')).stem}-net"
    targets = {
        factor: len(words)
        for factor, words in source.factors.items()
        if words and 2 <= len(words) <= _MOST_VALUES
    }
    if not targets:
        if file is not None:
            raise Refused(f"--features {file}: nothing is known of the pictures of {source.name}")
        return (
            f"nothing is known of the pictures of {source.name}, so there is no net to judge them"
        )
    known = source.load("validation", size, _PICTURES, _SEED)
    if source.count is None:
        training, tests = known, source.load("test", size, _TESTS, _SEED)
    else:
        # Of a finite set, the test split is for the generator, and may lack labels.
        training, tests = _parted(known)
    if len(training) < _BATCH:
        return f"{source.name} has {len(known)} pictures for validation, too few to teach a net"
    made_for = {"data": name[:-4], "size": size, "channels": source.channels}
    made_for |= {"factors": ", ".join(targets), "net": VERSION}
    if source.count is None:
        made_for["version"] = source.world.version
    else:
        made_for["pictures"] = _sum_of(training, targets)
    if any_light:
        made_for["light"] = "any"
    if file is not None:
        net = _from_file(file, made_for)
    else:

        def make() -> dict[str, np.ndarray]:
            print(f"training {name}, which reads {', '.join(targets)} …", flush=True)
            return _to_arrays(*_train(name, made_for, targets, training, tests, any_light))

        label = f"{name}-{size}" + "-any-light" * any_light
        arrays = cache.cached_arrays(label, made_for, make, _from_arrays)
        net = _from_arrays(arrays)
    best = max(targets, key=net.known.learned)
    if net.known.learned(best) < _LEARNED:
        return (
            f"{name} has learned too little to judge: of {net.known.tested} new pictures it reads "
            f"{best} best, {net.known.accuracy[best]:.0%}"
        )
    return net


def _parted(known: SampleSet) -> tuple[SampleSet, SampleSet]:
    """Five of six pictures to learn from, and the sixth to be tested with, in no order."""
    mixed = rng_for(_SEED, "parts").permutation(len(known))
    edge = len(known) * 5 // 6
    return tuple(
        SampleSet(known.samples[part], {n: v[part] for n, v in known.factors.items()})
        for part in (mixed[:edge], mixed[edge:])
    )


def _sum_of(pictures: SampleSet, targets: dict[str, int]) -> int:
    """Tells pictures and their labels from others."""
    total = zlib.crc32(np.ascontiguousarray(pictures.samples))
    for factor in targets:
        total = zlib.crc32(np.ascontiguousarray(pictures.factors[factor]), total)
    return total


def _train(name, made_for, targets, training: SampleSet, tests: SampleSet, any_light: bool):
    began = time.time()
    keras.utils.set_random_seed(_SEED)
    shape = training.samples.shape[1:]
    with computing_in(choose("auto")):
        network = _build(shape, targets)
    seen = min(shape[0], _LARGEST) ** 2
    steps = max(_FEWEST_STEPS, min(_MOST_STEPS, _PIXELS // (_BATCH * seen)))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    reader = keras.Model(network.input, dict(zip(targets, network.outputs[1:], strict=True)))
    reader.compile(keras.optimizers.Adam(rate), dict.fromkeys(targets, loss))
    reader.fit(_Lessons(training, targets, steps, any_light), shuffle=False, verbose=0)
    with computing_in("float32"):
        whole = _build(shape, targets)
    whole.set_weights(network.get_weights())
    known = Known(
        name=name,
        made_for=made_for,
        factors=targets,
        dimensions=DIMENSIONS,
        accuracy={},
        guessing={f: float(np.bincount(tests.factors[f]).max() / len(tests)) for f in targets},
        trained_on=len(training),
        tested=len(tests),
        steps=steps,
        seconds=0.0,
        digest=_digest_of(whole.get_weights()),
    )
    read = FeatureNet(whole, known).read(tests.samples)
    accuracy = {f: float((read[f] == tests.factors[f]).mean()) for f in targets}
    seconds = round(time.time() - began, 1)
    return whole, dataclasses.replace(known, accuracy=accuracy, seconds=seconds)


def _digest_of(weights: list[np.ndarray]) -> str:
    return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]


def _build(shape: tuple[int, ...], targets: dict[str, int]) -> keras.Model:
    """Strided convolutions down to a map of at most 5×5, features, and a head a factor."""
    x = picture = keras.Input(shape)
    if max(shape) >= 2 * _LARGEST:
        x = layers.AveragePooling2D(max(shape) // _LARGEST)(x)
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
    """Random batches, each moved by a few pixels, and each picture in other light if wished."""

    def __init__(self, training: SampleSet, targets: dict[str, int], steps: int, any_light: bool):
        super().__init__()
        self._training, self._targets, self._steps = training, targets, steps
        self._any_light = any_light

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int):
        chance = rng_for(_SEED, "training_set", step)
        chosen = chance.integers(0, len(self._training), _BATCH)
        images = self._training.samples[chosen]
        down, right = chance.integers(0, 2 * _SHIFT + 1, 2)
        height, width = images.shape[1:3]
        border = ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT), (0, 0))
        moved = np.pad(images, border, "edge")[:, down : down + height, right : right + width]
        answers = {name: self._training.factors[name][chosen] for name in self._targets}
        pictures = _to_float(moved)
        return (_in_other_light(pictures, chance) if self._any_light else pictures), answers


def _in_other_light(pictures: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    one_each = (len(pictures), 1, 1, 1)
    contrast = 1 + chance.uniform(-_CONTRAST, _CONTRAST, one_each)
    # Of each channel by itself: made pictures may have a cast.
    light = chance.uniform(-_LIGHT, _LIGHT, (len(pictures), 1, 1, pictures.shape[-1]))
    grain = chance.uniform(0, _GRAIN, one_each) * chance.standard_normal(pictures.shape)
    return np.clip(contrast * pictures + light + grain, -1, 1).astype(np.float32)


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
    weights = [arrays[name] for name in sorted(arrays) if name.startswith("weight-")]
    network.set_weights(weights)
    if _digest_of(weights) != known.digest:
        raise ValueError("the weights are not those that were recorded")
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
