"""Factors in words, those that are numbers among them: what is read off pictures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from data.samples import SampleSet
from data.source import Source, WrappedSource

if TYPE_CHECKING:
    # It imports TensorFlow, before which flags are refused.
    from common.metrics.features import FeatureNet

# Least accuracy of a net on a factor, from guessing (0) to certainty (1).
_TRUSTED = 0.5

#: Factor -> the words for its ranges, and the numbers between them.
RANGES = {
    "turn": (("turned left", "facing us", "turned right"), (-1 / 3, 1 / 3)),
    "tilt": (("tilted left", "upright", "tilted right"), (-1 / 3, 1 / 3)),
    "light": (("lit from the left", "lit from the right"), (0.0,)),
    "skin": (("pale", "tanned", "dark"), (1 / 3, 2 / 3)),
}


class Worded(WrappedSource):
    """A source whose factors that are numbers have words, too, as far as `RANGES` has them."""

    def __init__(self, source: Source):
        super().__init__(source)
        named = {name: words for name, words in source.factors.items() if words}
        self._ranges = {n: r for n, r in RANGES.items() if n in source.factors and n not in named}
        self.factors = named | {name: words for name, (words, _) in self._ranges.items()}
        self.kind, self.modes = source.kind, source.modes

    @property
    def world(self):
        """The world that is drawn, of an endless source."""
        return self._source.world

    def load(self, split: str, size, count: int, seed: int) -> SampleSet:
        """As `Source.load`; numbers are the places of their words."""
        loaded = self._source.load(split, size, count, seed)
        found = {
            name: np.digitize(loaded.factors[name], limits).astype(np.int32)
            for name, (_, limits) in self._ranges.items()
        }
        return dataclasses.replace(loaded, factors=loaded.factors | found)


def words_of(factors: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, int]]:
    """Return what each word says: word -> its factor, and the value.

    Of two values, that of the second alone: "glasses" is enough where "no glasses" is its opposite.
    """
    return {
        word: (name, value)
        for name, words in factors.items()
        for value, word in enumerate(words)
        if not word.startswith("no ")
    }


class Reader:
    """Net that reads the factors of pictures, as far as it can be trusted.

    Args:
        net: It was taught the factors of a `Worded` source.
        source: That source.
    """

    def __init__(self, net: FeatureNet, source: Source):
        self._net, self.info = net, net.info
        #: Factor -> the words for its values.
        self.words = {
            name: source.factors[name]
            for name in net.info.factors
            if net.info.learned(name) >= _TRUSTED
        }

    @classmethod
    def of(cls, source: Source, size: int) -> Reader | str:
        """Return the reader of a source's pictures, trained once; or why there is none."""
        from common.metrics.features import feature_net

        worded = Worded(source)
        net = feature_net(worded, size)
        return net if isinstance(net, str) else cls(net, worded)

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Read pictures uint8 N×H×W×C: factor -> N places of its words."""
        read = self._net.read(images)
        return {name: read[name] for name in self.words}
