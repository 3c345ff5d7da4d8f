"""Pictures in an .npz or .h5 file, under the names that such files commonly use."""

from __future__ import annotations

import math
import os
import zipfile
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from data import cache
from data.errors import Refused
from data.files import DAMAGED
from data.listing import printable
from data.progress import counted
from data.reading import AS_IT_SEEMS, Reading
from data.resize import all_fitted, height_and_width
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, balanced, hold_out, split_of

#: Endings of files with arrays.
ENDINGS = (".npz", ".h5", ".hdf5")

_TRAIN = ("x_train", "train_images", "images", "x", "X", "arr_0")
_TEST = ("x_test", "test_images")
_LABELS = {"x_train": "y_train", "x_test": "y_test", "train_images": "train_labels"}
_LABELS |= {"test_images": "test_labels", "images": "labels", "x": "y", "X": "y"}
_WANTED = {*_TRAIN, *_TEST, *_LABELS.values()}
# Pictures that are read from a file at a time, if they are not more than so many bytes.
_AT_ONCE = 1000
_BYTES_AT_ONCE = 256e6
# Under this name stand the words of labels that are words.
_WORDS = "words of the labels"


class ArraySource(Source):
    """uint8 pictures N×H×W or N×H×W×C (C 1 or 3), held as arrays.

    Where there are test pictures (`x_test`), they are the test split, and every tenth of
    the others is for validation; else `hold_out` splits.

    Args:
        arrays: Pictures, and integer labels in memory, by their names. Pictures may be
            anything that has a shape, a dtype and, indexed, gives an array.
    """

    def __init__(self, name: str, arrays: dict[str, np.ndarray], reading: Reading = AS_IT_SEEMS):
        self.name, self._fit = name, reading.fit
        if reading.layout in ("pairs", "domains"):
            raise Refused(
                f"--layout {reading.layout}: {name} holds arrays, and no {reading.layout}"
            )
        self._arrays = arrays = _numbered(arrays)
        self._train = next((key for key in _TRAIN if key in arrays), None)
        self._test = next((key for key in _TEST if key in arrays), None)
        if self._train is None:
            found = ", ".join(printable(key) for key in sorted(arrays)) or "nothing"
            raise Refused(f"{name} holds {found}: none of {', '.join(_TRAIN)}")
        images = arrays[self._train]
        for key in filter(None, (self._train, self._test)):
            self._check(key, images)
        self.channels = 1 if images.ndim == 3 else images.shape[-1]
        self.count = len(images)
        self.sizes = ((images.shape[1], images.shape[2]),) * 2
        keys = [_LABELS.get(key) for key in (self._train, self._test) if key]
        labels = [arrays[key].ravel() for key in keys if key in arrays]
        words = arrays.get(_WORDS)
        self.factors = {"label": words} if words else _words_for(labels)
        self.modes = tuple(self.factors) if self.factors and balanced(labels[0]) else ()

    def _check(self, key: str, first: np.ndarray) -> None:
        images = self._arrays[key]
        if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (1, 3))):
            raise Refused(
                f"{self.name}: '{key}' has the shape {images.shape}; "
                "legal are (N, H, W) and (N, H, W, 1 or 3)"
            )
        if images.dtype != np.uint8:
            raise Refused(f"{self.name}: '{key}' is {images.dtype}; legal is uint8, 0 to 255")
        if 0 in images.shape:
            raise Refused(f"{self.name}: '{key}' is empty")
        if images.ndim != first.ndim or images.shape[3:] != first.shape[3:]:
            raise Refused(f"{self.name}: '{key}' and '{self._train}' differ in their channels")
        labels = self._arrays.get(_LABELS.get(key, ""))
        if labels is not None and labels.dtype.kind not in "uibf":
            raise Refused(
                f"{self.name}: '{_LABELS[key]}' is {labels.dtype}; legal are numbers or words"
            )
        if labels is not None and labels.size != len(images):
            raise Refused(
                f"{self.name}: {labels.size} labels for the {len(images)} pictures of '{key}'"
            )

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        key, index = self._in_split(split_of(split))
        factors = {}
        if _LABELS.get(key, "") in self._arrays:
            labels = self._arrays[_LABELS[key]]
            factors["label"] = labels.reshape(len(self._arrays[key]))[index]
        return self._read(key, index, size, factors)

    def _read(self, key: str, index: np.ndarray, size, factors: dict) -> SampleSet:
        return SampleSet(self._fitted(self._arrays[key][index], size), factors)

    def _in_split(self, split: str) -> tuple[str, np.ndarray]:
        """The array that holds a split, and which of its pictures are in it."""
        if self._test is None:
            return self._train, hold_out(self.count, split)
        if split == "test":
            return self._test, np.arange(len(self._arrays[self._test]))
        index = np.arange(self.count)
        return self._train, index[(index % 10 == 9) == (split == "validation")]

    def _fitted(self, images: np.ndarray, size) -> np.ndarray:
        return all_fitted(images[..., None] if images.ndim == 3 else images, size, self._fit)


class FileOfArrays(ArraySource):
    """The same in an .h5 file, of which no more than is needed is in memory."""

    def __init__(self, path: Path, name: str, arrays: dict, reading: Reading):
        super().__init__(name, arrays, reading)
        self._path = path

    def _read(self, key, index, size, factors):
        status = os.stat(self._path)
        shapes = {"samples": (len(index), *height_and_width(size), self.channels)}
        known = {"file": str(self._path.resolve()), "bytes": status.st_size, "array": key}
        known |= {"changed": status.st_mtime_ns, "first": index[:2].tolist(), "fit": self._fit}
        known |= {"shapes": shapes, "version": 1}

        # One in ten may be wanted of what is read.
        whole = math.prod(self._arrays[key].shape[1:])
        at_once = max(1, min(_AT_ONCE, int(_BYTES_AT_ONCE / 10 / whole)))

        def fill(rows: dict[str, np.ndarray]) -> SampleSet:
            try:
                return read(rows)
            except OSError as fault:
                raise Refused(f"{self.name} is damaged: '{key}' cannot be read") from fault

        def read(rows: dict[str, np.ndarray]) -> SampleSet:
            words = f"reading {len(index):,} pictures of {self.name}"
            with _h5(self._path) as file, counted(words, len(index)) as progress:
                for start in range(0, len(index), at_once):
                    some = index[start : start + at_once]
                    # One stretch, and then those that are wanted of it: h5 is slow to choose.
                    stretch = file[key][some[0] : some[-1] + 1][some - some[0]]
                    rows["samples"][start : start + len(some)] = self._fitted(stretch, size)
                    progress(start + len(some))
            return SampleSet(rows["samples"], factors)

        label = f"array-{shapes['samples'][2]}x{shapes['samples'][1]}"
        return cache.cached(label, known, shapes, fill)


def _numbered(arrays: dict) -> dict:
    """The same with labels that are words as their numbers, and the words beside them."""
    worded = {
        key: np.char.decode(arrays[key], "utf-8") if arrays[key].dtype.kind == "S" else arrays[key]
        for key in sorted({*_LABELS.values()} & arrays.keys())
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
    """What labels can be said to be, where they are few and numbered from 0: their numbers."""
    together = np.concatenate([part.astype(np.int64) for part in labels]) if labels else np.empty(0)
    if not together.size:
        return {}
    classes = int(together.max()) + 1
    if together.min() < 0 or classes > MOST_CLASSES:
        return {}
    return {"label": tuple(str(number) for number in range(classes))}


def open_arrays(path: Path, reading: Reading) -> ArraySource:
    """Look into an .npz file (read whole) or an .h5 file (read where it is needed).

    Raises:
        Refused: it is no such file, holds anything but plain arrays, or none of the known
            names.
    """
    return (_open_npz if path.suffix == ".npz" else _open_h5)(path, reading)


def _open_npz(path: Path, reading: Reading) -> ArraySource:
    try:
        with np.load(path, allow_pickle=False) as file:
            wanted = _WANTED & set(file.files)
            if not wanted & set(_TRAIN):
                # Nothing to read: let the source say so, with the names that there are.
                return ArraySource(printable(path.name), dict.fromkeys(file.files))
            return ArraySource(printable(path.name), {key: file[key] for key in wanted}, reading)
    except Refused:
        raise
    except DAMAGED as fault:
        if "allow_pickle" in str(fault) and zipfile.is_zipfile(path):
            raise Refused(
                f"{printable(path)} holds Python objects; only plain arrays are read, never pickles"
            ) from fault
        raise Refused(f"{printable(path)} cannot be read as .npz") from fault


def _open_h5(path: Path, reading: Reading) -> ArraySource:
    name = printable(path.name)
    try:
        with _h5(path) as file:
            wanted = {key: _plain_array(file, key, name) for key in sorted(_WANTED & set(file))}
            if not set(wanted) & set(_TRAIN):
                return ArraySource(name, dict.fromkeys(file))
            arrays = {
                key: _in_memory(array) if key in _LABELS.values() else _Shape(array)
                for key, array in wanted.items()
            }
            return FileOfArrays(path, name, arrays, reading)
    except Refused:
        raise
    except DAMAGED as fault:
        raise Refused(f"{printable(path)} cannot be read as .h5") from fault


@contextmanager
def _h5(path: Path) -> AbstractContextManager:
    # Takes a while to import, and few sets need it.
    import h5py

    with h5py.File(path, "r") as file:
        yield file


def _in_memory(array) -> np.ndarray:
    """The values of an .h5 file's array; text as text."""
    import h5py

    is_text = h5py.check_string_dtype(array.dtype) is not None
    return np.array(array.asstr()[...], str) if is_text else array[...]


def _plain_array(file, key: str, name: str):
    """An array of an .h5 file whose values lie in that file."""
    import h5py

    link = file.get(key, getlink=True)
    array = file[key] if isinstance(link, h5py.HardLink) else None
    if not isinstance(array, h5py.Dataset) or array.is_virtual or array.external:
        raise Refused(f"{name}: '{key}' is no array of this file (a link or a group)")
    return array


class _Shape:
    """What can be said of an array without reading it."""

    def __init__(self, array):
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __len__(self) -> int:
        return self.shape[0]
