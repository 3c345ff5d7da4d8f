"""Pictures and voxels held as arrays, under the names that files commonly give them."""

from __future__ import annotations

import numpy as np

from data import voxels
from data.errors import Refused
from data.listing import printable
from data.reading import AS_IT_SEEMS, Reading
from data.resize import all_fitted
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, balanced, hold_out, split_of

_TRAIN = ("x_train", "train_images", "images", "x", "X", "voxels", "arr_0")
_TEST = ("x_test", "test_images")
_LABELS = {"x_train": "y_train", "x_test": "y_test", "train_images": "train_labels"}
_LABELS |= {"test_images": "test_labels", "images": "labels", "x": "y", "X": "y"}
_LABELS |= {"voxels": "labels"}
LABELS = frozenset(_LABELS.values())
# A factor is one value a sample, or a few: two angles, say.
_MOST_COLUMNS = 16
# Under this name stand the words of labels that are words.
_WORDS = "words of the labels"


def training_key(shapes: dict[str, tuple[int, ...]]) -> str | None:
    """The name of the array with the samples for training; None if there is none.

    Args:
        shapes: The shape of each array of a file.
    """
    known = next((key for key in _TRAIN if key in shapes), None)
    if known is None and len(shapes) == 1 and voxels.is_grid(*shapes.values()):
        (known,) = shapes
    return known


def wanted(shapes: dict[str, tuple[int, ...]]) -> set[str]:
    """The names of the arrays to read: samples, labels and other factors."""
    train = training_key(shapes)
    if train is None:
        return set()
    known = {train, *_TEST, *LABELS} & shapes.keys()
    return known | _factors_of(shapes, train)


def _factors_of(shapes: dict[str, tuple[int, ...]], train: str) -> set[str]:
    """Arrays with a value, or a few, for each sample; none where a test set has its own."""
    if any(key in shapes for key in _TEST):
        return set()
    count = shapes[train][:1]
    return {
        key
        for key, shape in shapes.items()
        if key not in {*_TRAIN, *LABELS, train}
        and shape[:1] == count
        and (len(shape) == 1 or (len(shape) == 2 and shape[1] <= _MOST_COLUMNS))
    }


class ArraySource(Source):
    """Pictures N×H×W or N×H×W×C, uint8, or voxels N×S×S×S or N×S×S×S×1, held as arrays.

    If there are test samples (`x_test`), they are the test split, and every tenth of the
    others is for validation; else `hold_out` splits. Labels become the factor "label", and
    other arrays with one value a sample, or at most 16, factors of their own names.

    Args:
        arrays: Samples, and labels in memory, by their names. Samples may be anything that
            has a shape and a dtype and gives an array when it is indexed.
    """

    def __init__(self, name: str, arrays: dict[str, np.ndarray], reading: Reading = AS_IT_SEEMS):
        self.name, self._fit = name, reading.fit
        if reading.layout in ("pairs", "domains"):
            raise Refused(
                f"--layout {reading.layout}: {name} holds arrays, and no {reading.layout}"
            )
        self._arrays = arrays = _numbered(arrays)
        shapes = {key: getattr(array, "shape", ()) for key, array in arrays.items()}
        self._train = training_key(shapes)
        self._test = next((key for key in _TEST if key in arrays), None)
        if self._train is None:
            found = ", ".join(printable(key) for key in sorted(arrays)) or "nothing"
            raise Refused(f"{name} holds {found}: none of {', '.join(_TRAIN)}")
        samples = arrays[self._train]
        grids = voxels.is_grid(samples.shape) and (
            samples.ndim == 5 or samples.dtype == bool or samples.shape[3] not in (1, 3)
        )
        self.kind = "voxels" if grids or self._train == "voxels" else "pictures"
        for key in filter(None, (self._train, self._test)):
            self._check(key, samples)
        flat = samples.ndim == 3 or self.kind == "voxels"
        self.channels = 1 if flat else samples.shape[-1]
        self.count = len(samples)
        self.sizes = ((samples.shape[1], samples.shape[2]),) * 2
        self._read_factors(shapes)

    def _read_factors(self, shapes: dict) -> None:
        arrays = self._arrays
        keys = [_LABELS.get(key) for key in (self._train, self._test) if key]
        labels = [arrays[key].ravel() for key in keys if key in arrays]
        words = arrays.get(_WORDS)
        self.factors = {"label": words} if words else _words_for(labels)
        self.modes = tuple(self.factors) if self.factors and balanced(labels[0]) else ()
        self._others = {}
        for key in sorted(_factors_of(shapes, self._train)):
            values, known = _factor(arrays[key])
            if values is not None:
                self._others[key] = values
                self.factors[key] = known

    def _check(self, key: str, first: np.ndarray) -> None:
        samples, name = self._arrays[key], f"{self.name}: '{key}'"
        if self.kind == "voxels":
            voxels.check(name, samples.shape, samples.dtype)
        else:
            _check_pictures(name, samples)
        if samples.ndim != first.ndim or samples.shape[3:] != first.shape[3:]:
            raise Refused(f"{name} and '{self._train}' differ in their channels")
        labels = self._arrays.get(_LABELS.get(key, ""))
        if labels is not None and labels.dtype.kind not in "uibf":
            raise Refused(
                f"{self.name}: '{_LABELS[key]}' is {labels.dtype}; legal are numbers or words"
            )
        if labels is not None and labels.size != len(samples):
            raise Refused(
                f"{self.name}: {labels.size} labels for the {len(samples)} {self.kind} of '{key}'"
            )

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        key, index = self._in_split(split_of(split))
        factors = {}
        if _LABELS.get(key, "") in self._arrays:
            labels = self._arrays[_LABELS[key]]
            factors["label"] = labels.reshape(len(self._arrays[key]))[index]
        factors |= {name: values[index] for name, values in self._others.items()}
        return self._read(key, index, size, factors)

    def _read(self, key: str, index: np.ndarray, size, factors: dict) -> SampleSet:
        return SampleSet(self._fitted(key, self._arrays[key][index], size), factors)

    def _in_split(self, split: str) -> tuple[str, np.ndarray]:
        """The array that holds a split, and the indices in it."""
        if self._test is None:
            return self._train, hold_out(self.count, split)
        if split == "test":
            return self._test, np.arange(len(self._arrays[self._test]))
        index = np.arange(self.count)
        return self._train, index[(index % 10 == 9) == (split == "validation")]

    def _fitted(self, key: str, samples: np.ndarray, size) -> np.ndarray:
        if self.kind == "voxels":
            grids = voxels.as_voxels(f"{self.name}: '{key}'", samples)
            return voxels.resized(grids, voxels.side_of(size))
        return all_fitted(samples[..., None] if samples.ndim == 3 else samples, size, self._fit)


def _check_pictures(name: str, images) -> None:
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (1, 3))):
        raise Refused(
            f"{name} has the shape {images.shape}; legal are (N, H, W) and (N, H, W, 1 or 3)"
        )
    if images.dtype != np.uint8:
        raise Refused(f"{name} is {images.dtype}; legal is uint8, 0 to 255")
    if 0 in images.shape:
        raise Refused(f"{name} is empty")


def _factor(values: np.ndarray) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """A factor's values as numbers, and its words; no values if it is of no use as a factor."""
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    if values.dtype.kind in "uib":
        numbers = values.astype(np.int32)
        return (numbers, None) if (numbers == values).all() else (None, None)
    if values.dtype.kind == "f":
        return values.astype(np.float32), None
    if values.dtype.kind != "U" or values.ndim != 1:
        return None, None
    words, numbers = np.unique(values, return_inverse=True)
    if len(words) > MOST_CLASSES or len(words) == len(values):
        return None, None
    return numbers.astype(np.int32), tuple(printable(word) for word in words)


def _numbered(arrays: dict) -> dict:
    """Replace labels that are words by numbers, and add the words."""
    worded = {
        key: np.char.decode(arrays[key], "utf-8") if arrays[key].dtype.kind == "S" else arrays[key]
        for key in sorted(LABELS & arrays.keys())
        if getattr(arrays[key], "dtype", None) is not None and arrays[key].dtype.kind in "US"
    }
    if not worded:
        return arrays
    words, numbers = np.unique(
        np.concatenate([labels.ravel() for labels in worded.values()]), return_inverse=True
    )
    ends = np.cumsum([labels.size for labels in worded.values()])[:-1]
    parts = np.split(numbers.astype(np.int32), ends)
    known = tuple(printable(word) for word in words) if len(words) <= MOST_CLASSES else ()
    return arrays | dict(zip(worded, parts, strict=True)) | {_WORDS: known}


def _words_for(labels: list[np.ndarray]) -> dict[str, tuple[str, ...]]:
    """The words of labels that are few and numbered from 0: their numbers."""
    together = np.concatenate([part.astype(np.int64) for part in labels]) if labels else np.empty(0)
    if not together.size:
        return {}
    classes = int(together.max()) + 1
    if together.min() < 0 or classes > MOST_CLASSES:
        return {}
    return {"label": tuple(str(number) for number in range(classes))}
