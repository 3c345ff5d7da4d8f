"""What varies between pictures of one identity: readers of observation factors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from common.metrics.features import FeatureNet, feature_net
from common.metrics.random_features import RandomNet
from data.pixels import to_float
from data.resize import all_fitted
from data.samples import SampleSet
from data.source import Source

#: In place of factors, where none can be read: how far apart the features are.
FEATURES = "features"

# A part of an endless world that no training takes: the feature net's.
_SEED, _PICTURES = 20_161_210, 12_000
# A factor is of the observation if it varies within an identity at least so much, of all that it
# varies; and it is read well enough from a share like this on, from guessing (0) to certainty (1).
_WITHIN, _TRUSTED = 0.5, 0.6
# Pixels a side of what a number on a scale is read from, and the ridge's penalty.
_SEEN, _RIDGE = 16, 100.0

#: Pictures uint8 N×H×W×C -> values of a factor, N.
Read = Callable[[np.ndarray], np.ndarray]


class Readers:
    """Readers of the factors that vary within an identity, and how much they do.

    Of a set of which nothing can be read, distances of features stand for all factors.

    Args:
        source: The run's data.
        real: Real pictures that were not seen in training, uint8, and their factors.
        numbers: Whom each of them shows, N.
        net: A feature net that was made before (`common.metrics.features.feature_net`), or None.
    """

    def __init__(self, source: Source, real: SampleSet, numbers: np.ndarray, net=None):
        self._net = feature_net(source, real.samples.shape[1], net)
        self._read: dict[str, Read] = {}
        for name in self._candidates(real, numbers):
            reader = self._reader(source, name, real)
            if reader is not None:
                self._read[name] = reader
        if not self._read:
            trained = isinstance(self._net, FeatureNet)
            self._features = self._net if trained else RandomNet(real.samples)
        #: Factor -> the spread of real pictures.
        self.real = self._spreads(real.samples, numbers)

    @property
    def names(self) -> list[str]:
        """The factors that are read."""
        return list(self._read) or [FEATURES]

    def variety(self, pictures: np.ndarray, numbers: np.ndarray) -> dict[str, float]:
        """Measure the spread of each factor within identities, over that of real pictures.

        Args:
            pictures: uint8 N×H×W×C.
            numbers: Whom each shows, N, two pictures or more of each.
        """
        found = self._spreads(pictures, numbers)
        return {name: value / max(self.real[name], 1e-9) for name, value in found.items()}

    def _candidates(self, real: SampleSet, numbers: np.ndarray) -> list[str]:
        """The factors that vary within an identity."""
        found = []
        for name, values in real.factors.items():
            if values.ndim == 1 and values.dtype.kind in "iubf":
                overall = _spread(values, np.zeros(len(values), int))
                if _spread(values, numbers) > _WITHIN * overall > 0:
                    found.append(name)
        return found

    def _reader(self, source: Source, name: str, real: SampleSet) -> Read | None:
        if not isinstance(self._net, FeatureNet):
            return None
        if name in self._net.info.factors:
            trusted = self._net.info.learned(name) >= _TRUSTED
            return (lambda pictures: self._net.read(pictures)[name]) if trusted else None
        if real.factors[name].dtype.kind != "f":
            return None
        known = source.load("validation", real.samples.shape[1], _PICTURES, _SEED)
        reader = self._on_scale(known.samples, known.factors[name])
        away = reader(real.samples) - real.factors[name]
        # R², on pictures that the reader has not seen.
        return reader if 1 - away.var() / real.factors[name].var() >= _TRUSTED else None

    def _on_scale(self, pictures: np.ndarray, values: np.ndarray) -> Read:
        """Fit a reader of a number: a ridge on the net's features and a small picture."""
        from sklearn.linear_model import Ridge

        def seen(some: np.ndarray) -> np.ndarray:
            small = all_fitted(some, _SEEN).reshape(len(some), -1)
            return np.concatenate([to_float(small), self._net(some)], axis=1)

        machine = Ridge(_RIDGE).fit(seen(pictures), values)
        return lambda some: machine.predict(seen(some))

    def _spreads(self, pictures: np.ndarray, numbers: np.ndarray) -> dict[str, float]:
        if not self._read:
            return {FEATURES: _spread(self._features(pictures).astype(np.float64), numbers)}
        return {name: _spread(read(pictures), numbers) for name, read in self._read.items()}


def _spread(values: np.ndarray, numbers: np.ndarray) -> float:
    """How much values vary within identities, a mean over those of two pictures or more.

    Of numbers, and of vectors N×d, the root of the mean variance; of classes, how often two differ.
    """
    found = []
    for number in np.unique(numbers):
        own = values[numbers == number]
        if len(own) < 2:
            continue
        if values.dtype.kind == "f":
            found.append(float(own.var(axis=0, ddof=1).sum()))
        else:
            _, counts = np.unique(own, return_counts=True)
            pairs = len(own) * (len(own) - 1)
            found.append(1 - (counts * (counts - 1)).sum() / pairs)
    mean = float(np.mean(found)) if found else 0.0
    return mean**0.5 if values.dtype.kind == "f" else mean
