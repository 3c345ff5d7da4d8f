"""Nets of measures: trained once, on samples that no generator learns from, and cached.

A measure is only as good as its net. So the net's accuracy on unseen samples is compared with
guessing and recorded, with a digest of its weights; a net that has learned too little is not
used.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from common.machine.precision import choose, computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip

from data import cache

# Least accuracy of a net on its best factor, from guessing (0) to certainty (1).
_LEARNED = 0.5
_RATE = 2e-3
# In a file, the entry beside the weights.
_INFO = "known"


@dataclass(frozen=True)
class NetInfo:
    """Record of a net: what it reads, how well, and a digest of its weights."""

    #: Such as "digits-net".
    name: str
    #: What the net depends on: data, version, size and channels.
    made_for: dict
    #: Factor -> how many values it can have.
    factors: dict[str, int]
    #: Size of its features of a picture, or of its outputs for a pixel.
    dimensions: int
    #: Factor -> the share of samples, among `tested` that it never saw, on which it is right.
    accuracy: dict[str, float] = field(default_factory=dict)
    #: Factor -> the share on which the commonest answer is right.
    guessing: dict[str, float] = field(default_factory=dict)
    trained_on: int = 0
    tested: int = 0
    steps: int = 0
    seconds: float = 0.0
    #: Digest of the weights: nets with different digests have different features.
    digest: str = ""

    def learned(self, factor: str) -> float:
        """Return how well a factor is read, from 0 (guessing) to 1 (certainty)."""
        guess = self.guessing[factor]
        return (self.accuracy[factor] - guess) / max(1 - guess, 1e-9)

    @property
    def failure(self) -> str:
        """Why the net cannot be used; "" if it can."""
        best = max(self.factors, key=self.learned)
        if self.learned(best) >= _LEARNED:
            return ""
        return (
            f"{self.name} has learned too little: of {self.tested} new samples it reads {best} "
            f"best, {self.accuracy[best]:.0%} rightly, where guessing gives "
            f"{self.guessing[best]:.0%}"
        )


class HelperNet:
    """Trained classifier and its record.

    A subclass writes `build`, `read`, and `classifier` where the network has other outputs than
    the logits of its only factor.
    """

    def __init__(self, network: keras.Model, info: NetInfo):
        self._network, self.info = network, info

    @staticmethod
    def build(info: NetInfo) -> keras.Model:
        """Build the untrained network that `info` describes."""
        raise NotImplementedError

    @staticmethod
    def classifier(network: keras.Model, info: NetInfo) -> keras.Model:
        """Return the model from pictures to logits by factor."""
        (factor,) = info.factors
        return keras.Model(network.input, {factor: network.output})

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Classify pictures uint8 N×H×W×C: factor -> whole numbers, one a picture or a pixel."""
        raise NotImplementedError

    @classmethod
    def train(
        cls,
        info: NetInfo,
        batches: keras.utils.PyDataset,
        tests: tuple[np.ndarray, dict[str, np.ndarray]],
        seed: int,
    ) -> Self:
        """Train and test a net, by Adam with a cosine schedule.

        Args:
            info: The record without the results: accuracy, time, digest.
            batches: Pictures in [-1, 1] and labels by factor, a batch for each step.
            tests: Other pictures, uint8, and their labels.
            seed: Seed of the initial weights.
        """
        began = time.time()
        keras.utils.set_random_seed(seed)
        with computing_in(choose("auto")):
            network = cls.build(info)
        rate = keras.optimizers.schedules.CosineDecay(_RATE, len(batches))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        classifier = cls.classifier(network, info)
        classifier.compile(keras.optimizers.Adam(rate), dict.fromkeys(info.factors, loss))
        classifier.fit(batches, shuffle=False, verbose=0)
        with computing_in("float32"):
            portable = cls.build(info)
        portable.set_weights(network.get_weights())
        images, answers = tests
        read = cls(portable, info).read(images)
        return cls(
            portable,
            dataclasses.replace(
                info,
                accuracy={f: float((read[f] == answers[f]).mean()) for f in info.factors},
                guessing={f: _share_of_commonest(answers[f]) for f in info.factors},
                tested=len(images),
                steps=len(batches),
                seconds=round(time.time() - began, 1),
                digest=digest_of(portable.get_weights()),
            ),
        )

    @classmethod
    def cached(cls, label: str, made_for: dict, make: Callable[[], Self]) -> Self:
        """Load a net from the cache, or make it with `make`.

        Args:
            label: Beginning of the file's name.
            made_for: Everything that the net depends on.
        """
        arrays = cache.cached_arrays(label, made_for, lambda: make().to_arrays(), cls.from_arrays)
        return cls.from_arrays(arrays)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Weights and record as arrays, to be written to a file."""
        weights = self._network.get_weights()
        arrays = {f"weight-{i:03d}": weight for i, weight in enumerate(weights)}
        return arrays | {_INFO: np.array(json.dumps(dataclasses.asdict(self.info)))}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        """Rebuild a net from `to_arrays`, in float32.

        Raises:
            KeyError, TypeError, ValueError: the arrays are of something else, or changed.
        """
        info = NetInfo(**json.loads(str(arrays[_INFO])))
        weights = [arrays[name] for name in sorted(arrays) if name.startswith("weight-")]
        if digest_of(weights) != info.digest:
            raise ValueError("the weights are not those that were recorded")
        with computing_in("float32"):
            network = cls.build(info)
        network.set_weights(weights)
        return cls(network, info)


def _share_of_commonest(answers: np.ndarray) -> float:
    return float(np.bincount(answers.ravel()).max() / answers.size)


def digest_of(weights: list[np.ndarray]) -> str:
    """Return a short digest of weights."""
    return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]
