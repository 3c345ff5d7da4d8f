"""Feature net: a small classifier of the data's factors, in whose features pictures are compared.

It learns to read every known factor of a picture that has words (a digit, a typeface, the
shape of a roof), from pictures that no generator is trained on. The outputs of its last hidden
layer, `DIMENSIONS` numbers, are the picture's features. Distances in the features of different
nets cannot be compared: so each is reported with the net's name, its accuracy and a digest of
its weights.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from common.machine import backend  # noqa: F401 (first: it imports TensorFlow, quietly)

import keras  # isort: skip

from common.batches import rng_for
from common.metrics import feature_network
from common.metrics.feature_network import BATCH, DIMENSIONS, LARGEST
from common.metrics.helper_net import HelperNet, NetInfo
from data import npz
from data.errors import Refused
from data.files import DAMAGED
from data.pixels import to_float
from data.samples import SampleSet
from data.source import Source

#: Increased with every change of the network or of its training.
VERSION = 1

# A part of an endless world that no training takes.
_SEED = 20_161_210
_PICTURES, _TESTS = 12_000, 2000
# Pixels of all pictures of a training: about half a minute on two cores.
_PIXELS = 110_000_000
_FEWEST_STEPS, _MOST_STEPS = 600, 2500
# A factor of more values is left out: it can only be a combination of others.
_MOST_VALUES = 100


class FeatureNet(HelperNet):
    """Classifier of a data set's factors, whose last hidden layer gives a picture's features."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the features of pictures uint8 N×H×W×C: float32 N×DIMENSIONS."""
        return self._outputs(images)[0]

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Classify pictures uint8 N×H×W×C: factor -> N whole numbers."""
        logits = self._outputs(images)[1:]
        return {
            name: values.argmax(1) for name, values in zip(self.info.factors, logits, strict=True)
        }

    def _outputs(self, images: np.ndarray) -> list[np.ndarray]:
        shape = self._network.input_shape[1:]
        if images.dtype != np.uint8 or images.shape[1:] != shape:
            raise Refused(
                f"{self.info.name} reads uint8 pictures of the shape {shape}, not {images.dtype} "
                f"of {images.shape[1:]}"
            )
        parts = [
            [np.asarray(out) for out in self._network(to_float(images[i : i + 250]))]
            for i in range(0, len(images), 250)
        ]
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

    @staticmethod
    def build(info: NetInfo) -> keras.Model:
        """As `feature_network.build`, for the size and channels in `info.made_for`."""
        size, channels = info.made_for["size"], info.made_for["channels"]
        return feature_network.build((size, size, channels), info.factors)

    @staticmethod
    def classifier(network: keras.Model, info: NetInfo) -> keras.Model:
        """As `HelperNet.classifier`: the logits without the features."""
        return keras.Model(network.input, dict(zip(info.factors, network.outputs[1:], strict=True)))


def feature_net(
    source: Source, size: int, file: Path | None = None, any_light: bool = False
) -> FeatureNet | str:
    """Return the feature net for a source: from a file, from the cache, or trained now.

    Args:
        size: Pixels a side.
        file: A net that was made before, on another machine perhaps: one from its cache.
        any_light: Train it on pictures a little brighter or darker, of more or less
            contrast, and grainy, so that it reads what is in generated pictures as well: else
            1 % of light can decide whether it takes shadows on snow for a frozen lake.

    Returns:
        The net, or why there is none, in words.

    Raises:
        Refused: `file` is no such net, or was made for other data.
    """
    name = f"{Path(source.name.replace(':', '-')).stem}-net"
    factors = {
        factor: len(words)
        for factor, words in source.factors.items()
        if words and 2 <= len(words) <= _MOST_VALUES
    }
    if not factors:
        if file is not None:
            raise Refused(f"--features {file}: nothing is known of the pictures of {source.name}")
        return f"nothing is known of the pictures of {source.name} that a net could learn to read"
    known = source.load("validation", size, _PICTURES, _SEED)
    if source.count is None:
        training, tests = known, source.load("test", size, _TESTS, _SEED)
    else:
        # The test split of a finite set is for the generator, and may lack labels.
        training, tests = _parted(known)
    if len(training) < BATCH:
        return f"{source.name} has {len(known)} pictures for validation, too few to teach a net"
    made_for = {"data": name[:-4], "size": size, "channels": source.channels}
    made_for |= {"factors": ", ".join(factors), "net": VERSION}
    if source.count is None:
        made_for["version"] = source.world.version
    else:
        made_for["pictures"] = _sum_of(training, factors)
    if any_light:
        made_for["light"] = "any"

    def train() -> FeatureNet:
        print(f"training {name}, which reads {', '.join(factors)} …", flush=True)
        info = NetInfo(name, made_for, factors, DIMENSIONS, trained_on=len(training))
        return _train(info, training, tests, any_light)

    if file is not None:
        net = _from_file(file, made_for)
    else:
        label = f"{name}-{size}" + "-any-light" * any_light
        net = FeatureNet.cached(label, made_for, train)
    return net.info.failure or net


def _train(info: NetInfo, training: SampleSet, tests: SampleSet, any_light: bool) -> FeatureNet:
    seen = min(training.samples.shape[1], LARGEST) ** 2
    steps = max(_FEWEST_STEPS, min(_MOST_STEPS, _PIXELS // (BATCH * seen)))
    batches = feature_network.Batches(training, info.factors, steps, _SEED, any_light)
    return FeatureNet.train(info, batches, (tests.samples, tests.factors), _SEED)


def _parted(known: SampleSet) -> tuple[SampleSet, SampleSet]:
    """Five of six pictures for training, and the sixth for testing, in random order."""
    mixed = rng_for(_SEED, "parts").permutation(len(known))
    edge = len(known) * 5 // 6
    return tuple(
        SampleSet(known.samples[part], {n: v[part] for n, v in known.factors.items()})
        for part in (mixed[:edge], mixed[edge:])
    )


def _sum_of(pictures: SampleSet, factors: dict[str, int]) -> int:
    """Checksum of pictures and their labels."""
    total = zlib.crc32(np.ascontiguousarray(pictures.samples))
    for factor in factors:
        total = zlib.crc32(np.ascontiguousarray(pictures.factors[factor]), total)
    return total


def _from_file(file: Path, made_for: dict) -> FeatureNet:
    try:
        net = FeatureNet.from_arrays(npz.read(file))
    except DAMAGED as fault:
        raise Refused(f"--features {file} is no feature net") from fault
    if net.info.made_for != made_for:
        raise Refused(
            f"--features {file} was made for {_words(net.info.made_for)}; this run's data is "
            f"{_words(made_for)}"
        )
    return net


def _words(made_for: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in made_for.items())
