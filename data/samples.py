"""Sets of samples with their factors: the form of every loaded data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class SampleSet:
    """Samples of one kind with their factors and, where they are paired, inputs."""

    #: Pictures, uint8 N×H×W×C with C 1 (grey) or 3 (RGB); points, float32 N×D; or voxels, bool
    #: N×S×S×S×1. Where a set is larger than the memory set aside for it, a `numpy.memmap`: a
    #: file that is read where it is indexed.
    samples: np.ndarray
    #: Name -> one value a sample: a world's factors, a labelled set's "label".
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    #: What each sample is to be made from, in a paired set: uint8, N×H×W×C'.
    inputs: np.ndarray | None = None
    #: Files that could not be read: file -> reason.
    left_out: dict[str, str] = field(default_factory=dict)
    #: In place of inputs, how they are made when samples are taken: (samples, numbers) ->
    #: inputs, where another number may give another input.
    derive: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def kind(self) -> str:
        """One of "pictures", "pairs", "points" and "voxels"; those may have inputs, too."""
        if self.samples.ndim == 2:
            return "points"
        if self.samples.dtype == bool:
            return "voxels"
        return "pictures" if self.inputs is None and self.derive is None else "pairs"

    def take(self, index: np.ndarray) -> SampleSet:
        """The samples at some indices, with their inputs as an array."""
        samples = self.samples[index]
        inputs = None if self.inputs is None else self.inputs[index]
        if self.derive is not None:
            inputs = self.derive(samples, np.arange(len(self))[index])
        factors = {name: values[index] for name, values in self.factors.items()}
        return SampleSet(samples, factors, inputs)


@dataclass(frozen=True)
class UnpairedSet:
    """Two unpaired sets of samples."""

    a: SampleSet
    b: SampleSet

    def __len__(self) -> int:
        """The size of the smaller set."""
        return min(len(self.a), len(self.b))

    def take(self, index: np.ndarray) -> UnpairedSet:
        """The samples of both sets at some indices."""
        return UnpairedSet(self.a.take(index), self.b.take(index))
