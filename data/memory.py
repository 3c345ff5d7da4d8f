"""Sources of data that is in memory: arrays and sets of samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data import voxels
from data.array_labels import words_of_numbers
from data.domains import DomainsSource
from data.errors import Refused
from data.resize import all_fitted, height_and_width
from data.samples import SampleSet, UnpairedSet
from data.source import Source
from data.splits import split_of

_LEGAL = (
    "legal are pictures, uint8 N×H×W or N×H×W×C with C 1 or 3 and values 0 to 255; points, float "
    "N×D; and voxels, bool N×S×S×S or N×S×S×S×1"
)


def source_of(dataset: np.ndarray | SampleSet | UnpairedSet) -> Source:
    """Make a source of what is in memory; all of it is for training.

    Args:
        dataset: An array of pictures (uint8 N×H×W or N×H×W×C, C 1 or 3, values 0 to 255), of
            points (float N×D) or of voxels (bool N×S×S×S or N×S×S×S×1); a `SampleSet` of
            such; or an `UnpairedSet` of two sets of pictures.

    Raises:
        Refused: another type, rank or shape, or an empty set.
    """
    if isinstance(dataset, UnpairedSet):
        domains = {"A": _checked("A", dataset.a), "B": _checked("B", dataset.b)}
        for name, source in domains.items():
            if source.kind != "pictures":
                raise Refused(f"{name} gives {source.kind}; legal for unpaired sets are pictures")
        return DomainsSource("an unpaired set", domains)
    if isinstance(dataset, SampleSet):
        return _checked("a sample set", dataset)
    if isinstance(dataset, np.ndarray):
        return _checked("an array", SampleSet(dataset))
    raise Refused(
        f"a {type(dataset).__name__} is no data set; legal are numpy arrays, SampleSet and "
        "UnpairedSet"
    )


class MemorySource(Source):
    """Samples in memory, all for training.

    Args:
        name: What to call them in messages.
        samples: Pictures N×H×W×C, points or voxels N×S×S×S×1, not empty.
    """

    def __init__(self, name: str, samples: SampleSet):
        self.name, self._samples = name, samples
        self.kind, self.count = samples.kind, len(samples)
        self.channels = samples.samples.shape[-1]
        self.factors = {name: _words(values) for name, values in samples.factors.items()}
        if samples.inputs is not None or samples.derive is not None:
            inputs = samples.take(np.arange(1)).inputs
            self.input_channels = inputs.shape[-1]
            if self.kind == "voxels":
                self.input_size = inputs.shape[1:3]
        if self.kind == "points":
            self.std = float(np.sqrt(samples.samples.var(axis=0).mean())) or 1.0
        else:
            self.sizes = (samples.samples.shape[1:3],) * 2
            self.usual_size = min(self.sizes[0])

    def load(self, split, size, count, seed):
        """As `Source.load`; samples of the wanted size are not copied, other splits are empty."""
        if split_of(split) != "train":
            return self._samples.take(np.arange(0))
        if self.kind == "points":
            return self._samples
        samples, inputs = self._samples.samples, self._samples.inputs
        if self.kind == "voxels":
            # Views of shapes have a size of their own.
            samples = voxels.resized(samples, voxels.side_of(size))
        else:
            samples, inputs = _resized(samples, size), _resized(inputs, size)
        if samples is self._samples.samples and inputs is self._samples.inputs:
            return self._samples
        return replace(self._samples, samples=samples, inputs=inputs)


def _words(values: np.ndarray) -> tuple[str, ...] | None:
    """The words for a factor's values, where it looks like classes; None: it is a number."""
    values = np.asarray(values)
    if values.ndim != 1 or not np.issubdtype(values.dtype, np.integer):
        return None
    words = words_of_numbers([values])
    # Classes have several samples each.
    return words if words and 2 * len(words) <= len(values) else None


def _resized(pictures: np.ndarray | None, size) -> np.ndarray | None:
    if pictures is None or pictures.shape[1:3] == height_and_width(size):
        return pictures
    return all_fitted(pictures, size)


def _checked(name: str, dataset: SampleSet) -> MemorySource:
    """A source of samples in their usual form, if they are legal."""
    samples = _samples(name, dataset.samples)
    if dataset.inputs is not None:
        inputs = _samples(f"the inputs of {name}", dataset.inputs)
        if inputs.dtype != np.uint8 or len(inputs) != len(samples):
            raise Refused(
                f"the inputs of {name} are {inputs.dtype} of shape {inputs.shape}; legal are "
                f"{len(samples)} pictures, uint8"
            )
        if samples.dtype == np.uint8 and inputs.shape[1:3] != samples.shape[1:3]:
            raise Refused(
                f"the inputs of {name} have the shape {inputs.shape}; legal is the samples' height "
                f"and width, {samples.shape[1:3]}"
            )
        if inputs is not dataset.inputs:
            dataset = replace(dataset, inputs=inputs)
    for factor, values in dataset.factors.items():
        if len(values) != len(samples):
            raise Refused(
                f"{name}: {len(values)} values of '{factor}' for {len(samples)} samples; legal is "
                "one each"
            )
    if samples is not dataset.samples:
        dataset = replace(dataset, samples=samples)
    return MemorySource(name, dataset)


def _samples(name: str, samples: np.ndarray) -> np.ndarray:
    """Samples with their channels as the last axis; refuses what is neither of the kinds."""
    if not isinstance(samples, np.ndarray):
        raise Refused(f"{name} holds a {type(samples).__name__}; legal is a numpy array")
    if 0 in samples.shape:
        raise Refused(f"{name} of shape {samples.shape} is empty; {_LEGAL}")
    kind, rank, shape = samples.dtype.kind, samples.ndim, samples.shape
    if kind == "f" and rank == 2:
        if not np.isfinite(samples).all():
            raise Refused(f"{name} holds values that are not finite")
        return samples.astype(np.float32, copy=False)
    if kind == "b" and voxels.is_grid(shape):
        return voxels.as_voxels(name, samples)
    if samples.dtype == np.uint8 and rank == 3:
        return samples[..., None]
    if samples.dtype == np.uint8 and rank == 4 and shape[-1] in (1, 3):
        return samples
    hint = ""
    if kind == "f" and rank in (3, 4):
        hint = "; pictures of floats in [-1, 1] become uint8 by data.pixels.to_pixels"
    raise Refused(f"{name} is {samples.dtype} of shape {shape}; {_LEGAL}{hint}")
