"""The shape in which every data set arrives: samples, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class SampleSet:
    """Samples of one kind, and what is known of each."""

    #: Pictures, uint8 N×H×W×C with C 1 (grey) or 3 (RGB); points, float32 N×D; or voxels, bool
    #: N×S×S×S×1. Where a set is larger than the memory set aside for it, a `numpy.memmap`: a
    #: file that is read where it is indexed.
    samples: np.ndarray
    #: Name -> one value a sample: a world's factors, a labelled set's "label".
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    #: Of a paired set, what each sample is to be made from: uint8, N×H×W×C'.
    inputs: np.ndarray | None = None
    #: What should have been in it and could not be read: file -> reason.
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
        """Some of them, with their inputs as an array."""
        samples = self.samples[index]
        inputs = None if self.inputs is None else self.inputs[index]
        if self.derive is not None:
            inputs = self.derive(samples, np.arange(len(self))[index])
        factors = {name: values[index] for name, values in self.factors.items()}
        return SampleSet(samples, factors, inputs)


@dataclass(frozen=True)
class UnpairedSet:
    """Two sets of pictures that do not correspond."""

    a: SampleSet
    b: SampleSet

    def __len__(self) -> int:
        """As many as there are of both."""
        return min(len(self.a), len(self.b))

    def take(self, index: np.ndarray) -> UnpairedSet:
        """Some of both."""
        return UnpairedSet(self.a.take(index), self.b.take(index))
