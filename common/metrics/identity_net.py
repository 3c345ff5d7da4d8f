"""Identity net: a Siamese encoder that tells whether two pictures show the same.

It learns from pictures that no generator is trained on, wherever there are more of them, and never
sees a generated one. Of pictures that are near each other in it, a measure says that they show one
person, or one thing.
"""

from __future__ import annotations

import dataclasses
import time
import zlib
from pathlib import Path

import numpy as np

from common.machine import backend  # first: it imports TensorFlow, quietly
from common.machine.precision import choose, computing_in

import keras  # isort: skip
from keras import layers, ops  # isort: skip

from common.batches import Batches, rng_for
from common.embedding import embedded, triplet
from common.evaluation.trials import Classes, area, verification
from common.groups import GroupedConfig, numbered
from common.metrics.helper_net import HelperNet, NetInfo, digest_of
from data.pixels import to_float
from data.progress import counted
from data.samples import SampleSet
from data.source import Source

#: Increased with every change of the network or of its training.
VERSION = 1
#: Numbers of an embedding.
DIMENSIONS = 64

# A part of an endless world that no training takes: the feature net's, drawn once for both.
_SEED = 20_161_210
_PICTURES, _TESTS = 12_000, 2000
# Pixels a side that the network sees; larger pictures are averaged down to about that.
_LARGEST, _WIDTH = 32, 32
_BATCH, _STEPS, _RATE, _MARGIN = 64, 1500, 1e-3, 0.2


class IdentityNet(HelperNet):
    """Encoder of pictures, whose embeddings are near each other where both show the same."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Embed pictures uint8 N×H×W×C: float32 N×DIMENSIONS, of length 1."""
        parts = [
            np.asarray(self._network(to_float(images[i : i + 250])))
            for i in range(0, len(images), 250)
        ]
        return np.concatenate(parts)

    @staticmethod
    def build(info: NetInfo) -> keras.Model:
        """Build the untrained encoder for the size and channels in `info.made_for`."""
        size, channels = info.made_for["size"], info.made_for["channels"]
        x = picture = keras.Input((size, size, channels))
        if size >= 2 * _LARGEST:
            x = layers.AveragePooling2D(size // _LARGEST)(x)
        return keras.Model(picture, embedded(x, _WIDTH, DIMENSIONS))


def identity_net(source: Source, size: int, factor: str) -> IdentityNet | str:
    """Return the identity net for a source: from the cache, or trained now.

    Of an endless world it learns from identities of its own. A finite set has too few of them: the
    net then learns from those of the training and of the validation split. Either is tested on
    pairs of the test split.

    Args:
        source: A set in whose splits are different identities.
        size: Pixels a side.
        factor: The factor that tells who or what a picture shows.

    Returns:
        The net, or why there is none, in words.
    """
    name = f"{Path(source.name.replace(':', '-')).stem}-identity-net"
    splits = ("validation",) if source.count is None else ("train", "validation")
    parts = [source.load(split, size, _PICTURES, _SEED) for split in splits]
    lessons = _joined([part for part in parts if len(part)], factor)
    tests = source.load("test", size, _TESTS, _SEED)
    if len(np.unique(tests.factors.get(factor, ()))) < 2:
        return f"{source.name} has no two values of {factor} for testing"
    made_for = {"data": name[:-4], "size": size, "channels": source.channels, "net": VERSION}
    made_for |= {"factor": factor, "pictures": _sum_of(lessons)}

    def make() -> IdentityNet:
        print(f"training {name}, which tells each {factor} from others …", flush=True)
        info = NetInfo(name, made_for, {factor: 2}, DIMENSIONS, trained_on=len(lessons))
        return _taught(info, lessons, tests, factor)

    net = IdentityNet.cached(f"{name}-{size}", made_for, make)
    return net.info.failure or net


def _joined(parts: list[SampleSet], factor: str) -> SampleSet:
    """Pictures of several splits, their identities numbered, and those with two or more alone."""
    samples = np.concatenate([part.samples for part in parts])
    found = SampleSet(samples, {factor: np.concatenate([p.factors[factor] for p in parts])})
    numbers = numbered(found, factor)
    several = np.flatnonzero(np.bincount(numbers)[numbers] > 1)
    return SampleSet(samples[several], {factor: numbers[several]})


def _taught(info: NetInfo, lessons: SampleSet, tests: SampleSet, factor: str) -> IdentityNet:
    """Train an encoder by semi-hard triplets (Schroff et al. 2015), and test it on pairs."""
    began = time.time()
    size, count = lessons.samples.shape[1], min(_BATCH, len(lessons))
    config = GroupedConfig(grouped_by=factor, batch_size=count, seed=_SEED, image_size=size)
    # A mirrored person is the same.
    batches = Batches(lessons, dataclasses.replace(config, flip=True), asked=(factor,))
    keras.utils.set_random_seed(_SEED)
    with computing_in(choose("auto")):
        network = IdentityNet.build(info)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_RATE, _STEPS))
    variables = network.trainable_variables
    optimizer.build(variables)

    @backend.compiled
    def step(pictures, numbers):
        with backend.tape() as tape:
            loss, _ = triplet(network(pictures, training=True), numbers, _MARGIN)
        optimizer.apply(tape.gradient(loss, variables), variables)

    with counted(f"training {info.name}", _STEPS) as progress:
        for number in range(_STEPS):
            batch = batches(number)
            pictures = to_float(batch["real"].reshape(-1, *lessons.samples.shape[1:]))
            step(ops.convert_to_tensor(pictures), ops.repeat(batch[factor], 2))
            progress(number + 1)
    with computing_in("float32"):
        portable = IdentityNet.build(info)
    portable.set_weights(network.get_weights())
    classes = Classes(numbered(tests, factor))
    pairs = verification(classes, rng_for(_SEED, "pairs"))
    embeddings = IdentityNet(portable, info)(tests.samples)
    apart = np.linalg.norm(embeddings[pairs[0]] - embeddings[pairs[1]], axis=1)
    known = {"accuracy": {factor: area(classes, pairs, apart).value}, "guessing": {factor: 0.5}}
    return IdentityNet(
        portable,
        dataclasses.replace(
            info,
            **known,
            tested=len(tests),
            steps=_STEPS,
            seconds=round(time.time() - began, 1),
            digest=digest_of(portable.get_weights()),
        ),
    )


def _sum_of(pictures: SampleSet) -> int:
    """Checksum of pictures and of whom they show."""
    (numbers,) = pictures.factors.values()
    return zlib.crc32(numbers, zlib.crc32(np.ascontiguousarray(pictures.samples)))
