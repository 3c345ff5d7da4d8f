"""Linear probes of what a discriminator has learned about labels it was never given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from common.batches import rng_for
from common.config import Config
from common.metrics.estimate import Estimate
from common.metrics.probe import Labelled, probe_error
from data.samples import SampleSet
from data.source import Source

MEASURES = {
    "probe error": "share of labels that a linear classifier gets wrong after 100 examples, "
    "described by the discriminator's features (0)"
}

# A part of an endless world that nothing else takes.
_SEED = 20_160_107
_LEARN, _TEST = 5000, 2000


class Probe:
    """Linear classifiers trained with few labels, on a network's features of pictures.

    The pictures are of the validation and test splits, which no discriminator has seen.
    """

    def __init__(self, source: Source, config: Config, seed: int):
        (self._label,) = source.modes
        self._seed = seed
        self._learn = _some(source.load("validation", config.image_size, _LEARN, _SEED), _LEARN)
        self._test = _some(source.load("test", config.image_size, _TEST, _SEED), _TEST)

    @staticmethod
    def fits(source: Source) -> bool:
        """Return whether the pictures have exactly one label, and are enough."""
        return len(source.modes) == 1 and (source.count is None or source.count >= 10_000)

    def error(self, represent: Callable[[np.ndarray], np.ndarray]) -> Estimate:
        """Measure the error on `represent(images)`, features N×d of pictures uint8 N×H×W×C."""

        def labelled(part: SampleSet) -> Labelled:
            return Labelled(represent(part.samples), part.factors[self._label])

        return probe_error(labelled(self._learn), labelled(self._test), seed=self._seed)


def _some(part: SampleSet, most: int) -> SampleSet:
    """At most `most` of a set, shuffled: sets may be sorted by class."""
    mixed = rng_for(_SEED, "some").permutation(len(part))[:most]
    return SampleSet(part.samples[mixed], {n: v[mixed] for n, v in part.factors.items()})
