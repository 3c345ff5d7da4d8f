"""Pictures and voxels held as arrays, under the names that files commonly give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from data import voxels
from data.array_labels import WORDS, decoded, numbered, words_of_numbers
from data.errors import Refused
from data.levels import UNCHANGED, Levels, extremes, full, little_used, scaled, spread, understood
from data.listing import printable
from data.plurals import number_of
from data.reading import AS_IT_SEEMS, Reading
from data.resize import all_fitted
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, balanced, hold_out, split_of, validated
from data.voxels import told_of

# Samples that are looked at together.
_AT_ONCE = 1000
_TRAIN = ("x_train", "train_images", "images", "x", "X", "voxels", "arr_0")
#: Names of arrays with samples for tests.
TESTS = ("x_test", "test_images")
_LABELS = {"x_train": "y_train", "x_test": "y_test", "train_images": "train_labels"}
_LABELS |= {"test_images": "test_labels", "images": "labels", "x": "y", "X": "y"}
_LABELS |= {"voxels": "labels"}
#: Beside voxels: pictures of them, from which they are to be made.
VIEWS = ("views", "input")
LABELS = frozenset(_LABELS.values())
# Labels under the name of the factor that they become, where there are none under their own.
_ALIAS = "label"
# A factor is one value a sample, or a few: two angles, say.
_MOST_COLUMNS = 16


def training_key(shapes: dict[str, tuple[int, ...]]) -> str | None:
    """The name of the array with the samples for training; None if there is none.

    Args:
        shapes: The shape of each array of a file.
    """
    known = next((key for key in _TRAIN if key in shapes), None)
    if known is None and len(shapes) == 1 and voxels.is_grid(*shapes.values()):
        (known,) = shapes
    return known


def labels_of(samples: str) -> str | None:
    """The name of the labels of an array of samples, whether or not there are any."""
    return _LABELS.get(samples)


def wanted(shapes: dict[str, tuple[int, ...]]) -> set[str]:
    """The names of the arrays to read: samples, labels and other factors."""
    train = training_key(shapes)
    if train is None:
        return set()
    known = {train, *TESTS, *LABELS} & shapes.keys()
    if train == "voxels":
        known |= {key for key in VIEWS if key in shapes}
    return known | _factors_of(shapes, train) | _of_another_length(shapes, train)


def _factors_of(shapes: dict[str, tuple[int, ...]], train: str) -> set[str]:
    """Arrays with a value, or a few, for each sample; none where a test set has its own."""
    if any(key in shapes for key in TESTS):
        return set()
    found = _like_factors(shapes, train)
    return {key for key in found if shapes[key][:1] == shapes[train][:1]}


def _of_another_length(shapes: dict[str, tuple[int, ...]], train: str) -> set[str]:
    """Arrays that would be factors, if they had as many values as there are samples."""
    if any(key in shapes for key in TESTS):
        return set()
    return _like_factors(shapes, train) - _factors_of(shapes, train)


def _like_factors(shapes: dict[str, tuple[int, ...]], train: str) -> set[str]:
    return {
        key
        for key, shape in shapes.items()
        if key not in {*_TRAIN, *LABELS, train}
        and (len(shape) == 1 or (len(shape) == 2 and shape[1] <= _MOST_COLUMNS))
    }


class ArraySource(Source):
    """Pictures N×H×W or N×H×W×C, uint8, or voxels N×S×S×S or N×S×S×S×1, held as arrays.

    Beside `voxels` may be `views`, a picture of each, which become their inputs. If there are test
    samples (`x_test`), they are the test split, and about a tenth of the others is for
    validation; else `hold_out` splits. Labels become the factor "label", and other arrays with
    one value a sample, or at most 16, factors of their own names.

    Args:
        arrays: Samples, and labels in memory, by their names. Samples may be anything that
            has a shape and a dtype and gives an array when it is indexed.
    """

    def __init__(self, name: str, arrays: dict[str, np.ndarray], reading: Reading = AS_IT_SEEMS):
        self.name, self._fit, self._way = name, reading.fit, reading.splitting
        self._asked, self.levels, self._settled = reading.levels, {}, False
        self._found, self._little = (), ()
        if reading.layout in ("pairs", "domains"):
            raise Refused(
                f"--layout {reading.layout}: {name} holds arrays, and no {reading.layout}"
            )
        shapes = {key: getattr(array, "shape", ()) for key, array in arrays.items()}
        self._train = training_key(shapes)
        self._test = next((key for key in TESTS if key in arrays), None)
        if self._train is None:
            found = ", ".join(printable(key) for key in sorted(arrays)) or "nothing"
            raise Refused(f"{name} holds {found}: none of {', '.join(_TRAIN)}")
        self._labels_of = _LABELS | self._find_alias(shapes)
        self._arrays = arrays = numbered(name, arrays, frozenset(self._labels_of.values()))
        samples = arrays[self._train]
        grids = voxels.is_grid(samples.shape) and (
            samples.ndim == 5 or samples.dtype == bool or samples.shape[3] not in (1, 3)
        )
        self.kind = "voxels" if grids or self._train == "voxels" else "pictures"
        for key in filter(None, (self._train, self._test)):
            self._check(key, samples)
        if self.kind == "voxels" and self._asked != "full":
            raise Refused(f"--levels {self._asked}: legal with pictures; {name} gives voxels")
        self._views = self._find_views(samples) if self.kind == "voxels" else None
        flat = samples.ndim == 3 or self.kind == "voxels"
        self.channels = 1 if flat else samples.shape[-1]
        self.count = len(samples)
        self.sizes = ((samples.shape[1], samples.shape[2]),) * 2
        self._read_factors(shapes)

    @property
    def remarks(self) -> tuple[str, ...]:
        """As `Source.remarks`; of loaded pictures also on their brightness."""
        return self._found + self._little

    def _find_alias(self, shapes: dict) -> dict[str, str]:
        """The samples for training -> `label`, where that is what their labels are called."""
        if _ALIAS not in _factors_of(shapes, self._train):
            return {}
        if (own := _LABELS.get(self._train)) in shapes:
            self._found += (f"'{_ALIAS}' is not used, as there is '{own}'",)
            return {}
        return {self._train: _ALIAS}

    def _read_factors(self, shapes: dict) -> None:
        arrays = self._arrays
        own, theirs = (self._labels_of.get(key or "", "") for key in (self._train, self._test))
        if theirs in arrays and own not in arrays:
            self._found += (f"the labels '{theirs}' are not used, as there is no '{own}'",)
            arrays.pop(theirs)
        labels = [arrays[key].ravel() for key in (own, theirs) if key in arrays]
        words = arrays.get(WORDS) if labels else None
        words = words or (words_of_numbers(labels) if labels else None)
        self.factors = {"label": words} if words else {}
        self.modes = tuple(self.factors) if self.factors and balanced(labels[0]) else ()
        self._others = {}
        for key in sorted(_factors_of(shapes, self._train) - {_ALIAS}):
            values, known = _factor(arrays[key])
            if values is not None:
                self._others[key] = values
                self.factors[key] = known
        for key in sorted(_of_another_length(shapes, self._train)):
            count = number_of(self.count, self.kind)
            said = f"'{printable(key)}' is not used: it has {shapes[key][0]:,} rows for {count}"
            self._found += (said,)

    def _find_views(self, samples: np.ndarray) -> np.ndarray | None:
        """The pictures of voxels, uint8 N×H×W×C, if there are some."""
        key = next((key for key in VIEWS if key in self._arrays), None)
        if key is None or self._train != "voxels":
            return None
        views, name = self._arrays[key], f"{self.name}: '{key}'"
        legal = views.ndim == 3 or (views.ndim == 4 and views.shape[-1] in (1, 3))
        if not legal or views.dtype != np.uint8 or len(views) != len(samples) or 0 in views.shape:
            raise Refused(
                f"{name} is {views.dtype} of shape {views.shape}; legal are {len(samples)} views, "
                "uint8 N×H×W or N×H×W×C with C 1 or 3"
            )
        views = views[..., None] if views.ndim == 3 else views
        self.input_size, self.input_channels = views.shape[1:3], views.shape[3]
        return views

    def _check(self, key: str, first: np.ndarray) -> None:
        samples, name = self._arrays[key], f"{self.name}: '{key}'"
        if self.kind == "voxels":
            voxels.check(name, samples.shape, samples.dtype)
        else:
            _check_pictures(name, samples, self._asked)
            if (samples.dtype == np.uint8) != (first.dtype == np.uint8):
                raise Refused(f"{name} is {samples.dtype}, '{self._train}' is {first.dtype}")
        if samples.ndim != first.ndim or samples.shape[3:] != first.shape[3:]:
            raise Refused(f"{name} and '{self._train}' differ in their channels")
        labels = self._arrays.get(self._labels_of.get(key, ""))
        if labels is not None and labels.size != len(samples):
            raise Refused(
                f"{self.name}: {labels.size} labels for the {len(samples)} {self.kind} of '{key}'"
            )

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        key, index = self._in_split(split_of(split))
        self._settle_levels()
        factors = {}
        if self._labels_of.get(key, "") in self._arrays:
            labels = self._arrays[self._labels_of[key]]
            factors["label"] = labels.reshape(len(self._arrays[key]))[index]
        factors |= {name: values[index] for name, values in self._others.items()}
        loaded = self._read(key, index, size, factors)
        if self._views is not None:
            loaded = replace(loaded, inputs=self._views[index])
        if self.kind == "voxels" and split == "train":
            self._little = told_of(f"'{key}'", loaded.samples)
        if split == "train" and self.kind == "pictures":
            said = little_used(loaded.samples, self.levels.get("real", UNCHANGED), "pictures")
            self._little = (said,) if said else ()
        return loaded

    def _settle_levels(self) -> None:
        """Determine the values that become 0 and 255."""
        if self._settled or self.kind == "voxels":
            return
        asked = understood(self._asked)
        if not isinstance(asked, str):
            self.levels = {"real": asked}
        elif asked == "full" and self._arrays[self._train].dtype in (np.uint8, bool):
            if all(stretch.max() <= 1 for stretch in self._stretches(self._train)):
                self.levels = {"real": (0, 1)}
                self._found += (f"'{self._train}' holds 0 and 1 alone: taken as black and white",)
        else:
            lows, highs = zip(*map(extremes, self._stretches(self._train)), strict=True)
            low, high = min(lows), max(highs)
            self.levels = {"real": full(low, high) if asked == "full" else spread(low, high)}
        # Last: what was interrupted begins anew.
        self._settled = True

    def _stretches(self, key: str) -> Iterator[np.ndarray]:
        """The samples of an array, a stretch at a time."""
        array = self._arrays[key]
        return (array[start : start + _AT_ONCE] for start in range(0, len(array), _AT_ONCE))

    def _read(self, key: str, index: np.ndarray, size, factors: dict) -> SampleSet:
        return SampleSet(self._fitted(key, self._arrays[key][index], size), factors)

    def _in_split(self, split: str) -> tuple[str, np.ndarray]:
        """The array that holds a split, and the indices in it."""
        if self._test is None:
            return self._train, hold_out(self.count, split, None, self._classes(), self._way)
        if split == "test":
            return self._test, np.arange(len(self._arrays[self._test]))
        if self._way == "place":
            index = np.arange(self.count)
            return self._train, index[(index % 10 == 9) == (split == "validation")]
        return self._train, validated(self.count, split, None, self._classes())

    def _classes(self) -> np.ndarray | None:
        """The label of each sample for training, where labels are classes."""
        if "label" not in self.factors:
            return None
        return self._arrays[self._labels_of[self._train]].ravel()

    def _fitted(self, key: str, samples: np.ndarray, size) -> np.ndarray:
        if self.kind == "voxels":
            grids = voxels.as_voxels(f"{self.name}: '{key}'", samples)
            return voxels.resized(grids, voxels.side_of(size))
        if "real" in self.levels:
            samples = _all_scaled(samples, self.levels["real"])
        return all_fitted(samples[..., None] if samples.ndim == 3 else samples, size, self._fit)


def _all_scaled(samples: np.ndarray, levels: Levels) -> np.ndarray:
    """Apply `scaled` to an array, with little memory beside it."""
    out = np.empty(samples.shape, np.uint8)
    for start in range(0, len(samples), _AT_ONCE):
        out[start : start + _AT_ONCE] = scaled(samples[start : start + _AT_ONCE], levels)
    return out


def _check_pictures(name: str, images, levels: str) -> None:
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (1, 3))):
        raise Refused(
            f"{name} has the shape {images.shape}; legal are (N, H, W) and (N, H, W, 1 or 3)"
        )
    if images.dtype.kind not in ("biu" if levels == "full" else "biuf"):
        also = ", or floats with --levels auto or LOW,HIGH" if images.dtype.kind == "f" else ""
        raise Refused(f"{name} is {images.dtype}; legal is uint8, 0 to 255, other integers{also}")
    if 0 in images.shape:
        raise Refused(f"{name} is empty")


def _factor(values: np.ndarray) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """A factor's values as numbers, and its words; no values if it is of no use as a factor."""
    values = decoded(values)
    if values.dtype.kind in "uib":
        kinds = map(values.astype, (np.int32, np.int64, np.uint64))
        return next(numbers for numbers in kinds if (numbers == values).all()), None
    if values.dtype.kind == "f":
        return values.astype(np.float32), None
    if values.dtype.kind != "U" or values.ndim != 1:
        return None, None
    words, numbers = np.unique(values, return_inverse=True)
    if len(words) > MOST_CLASSES or len(words) == len(values):
        return None, None
    return numbers.astype(np.int32), tuple(printable(word) for word in words)
