"""Arrays in .h5 files, read as needed."""

from __future__ import annotations

import hashlib
import math
import os
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from data import cache
from data.array_labels import decoded
from data.arrays import VIEWS, ArraySource, training_key, wanted
from data.errors import Refused
from data.files import DAMAGED, resolved
from data.listing import printable
from data.progress import counted
from data.reading import Reading
from data.resize import height_and_width
from data.samples import SampleSet

# Samples that are read from a file at a time, if they are not more than so many bytes.
_AT_ONCE = 1000
_BYTES_AT_ONCE = 256e6


def open_h5(path: Path, reading: Reading) -> ArraySource:
    """Open an .h5 file; its samples are read when they are loaded.

    Raises:
        Refused: it is no such file, its arrays lie outside it, or none has a known name.
    """
    name = printable(path.name)
    try:
        with _h5(path) as file:
            shapes = {key: getattr(_member(file, key), "shape", ()) for key in file}
            keys, train = wanted(shapes), training_key(shapes)
            members = {key: _plain_array(file, key, name) for key in sorted(keys)}
            arrays = {
                key: _Shape(array) if key == train or _is_large(key, array) else _in_memory(array)
                for key, array in members.items()
            }
    except BlockingIOError as fault:
        raise Refused(f"{printable(path)} is locked by another program that writes it") from fault
    except DAMAGED as fault:
        if isinstance(fault, OSError) and fault.errno:
            why = os.strerror(fault.errno)
            raise Refused(f"{printable(path)} cannot be read: {why}") from fault
        raise Refused(f"{printable(path)} cannot be read as .h5") from fault
    # Nothing to read: the source refuses, with the names that there are.
    return H5Source(path, name, arrays or dict.fromkeys(shapes), reading)


def read_h5(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of an .h5 file, each whole; texts as texts.

    Raises:
        Refused: something in it is no array of this file: a link or a group.
        One of `data.files.DAMAGED`: it cannot be read.
    """
    name = printable(path.name)
    with _h5(path) as file:
        return {key: decoded(_in_memory(_plain_array(file, key, name))) for key in file}


class H5Source(ArraySource):
    """Samples in an .h5 file, read in parts and through the cache."""

    def __init__(self, path: Path, name: str, arrays: dict, reading: Reading):
        super().__init__(name, arrays, reading)
        self._path = path

    def _read(self, key, index, size, factors):
        status = os.stat(self._path)
        height, width = height_and_width(size)
        rest = (height,) * 3 + (1,) if self.kind == "voxels" else (height, width, self.channels)
        shapes = {"samples": (len(index), *rest)}
        known = {"file": str(resolved(self._path)), "bytes": status.st_size, "array": key}
        known |= {"changed": status.st_mtime_ns, "fit": self._fit, "levels": self.levels}
        known |= {"index": hashlib.sha256(index.tobytes()).hexdigest()}
        known |= {"shapes": shapes, "version": 3}

        # One in ten may be wanted of what is read.
        each = math.prod(self._arrays[key].shape[1:])
        at_once = max(1, min(_AT_ONCE, int(_BYTES_AT_ONCE / 10 / each)))

        def fill(rows: dict[str, np.ndarray]) -> SampleSet:
            try:
                return read(rows)
            except OSError as fault:
                raise _damaged(self.name, key) from fault

        def read(rows: dict[str, np.ndarray]) -> SampleSet:
            words = f"reading {len(index):,} {self.kind} of {self.name}"
            with _h5(self._path) as file, counted(words, len(index)) as progress:
                for start in range(0, len(index), at_once):
                    some = index[start : start + at_once]
                    # One contiguous read, then a selection in memory: h5 selects slowly.
                    stretch = file[key][some[0] : some[-1] + 1][some - some[0]]
                    rows["samples"][start : start + len(some)] = self._fitted(key, stretch, size)
                    progress(start + len(some))
            return SampleSet(rows["samples"], factors)

        return cache.cached(f"array-{width}x{height}", known, shapes, fill)

    def _stretches(self, key):
        """As `ArraySource._stretches`, read from the file."""
        try:
            with _h5(self._path) as file:
                for start in range(0, len(self._arrays[key]), _AT_ONCE):
                    yield file[key][start : start + _AT_ONCE]
        except OSError as fault:
            raise _damaged(self.name, key) from fault


def _damaged(name: str, key: str) -> Refused:
    return Refused(f"{name} is damaged: '{key}' cannot be read")


@contextmanager
def _h5(path: Path) -> AbstractContextManager:
    # Takes a while to import, and few sets need it.
    import h5py

    with h5py.File(path, "r") as file:
        yield file


def _is_large(key: str, array) -> bool:
    """Whether an array is read as needed: samples are, and views of voxels are not."""
    return array.ndim > 2 and key not in VIEWS


def _in_memory(array) -> np.ndarray:
    """The values of an .h5 file's array; text as text."""
    import h5py

    text = h5py.check_string_dtype(array.dtype)
    if text is None:
        return array[...]
    values = array[...]
    # Texts of any length come as Python objects.
    return values if values.dtype.kind == "S" else np.array(values.tolist(), bytes)


def _member(file, key: str):
    """What an .h5 file itself holds under a name; None for a link out of it."""
    import h5py

    return file[key] if isinstance(file.get(key, getlink=True), h5py.HardLink) else None


def _plain_array(file, key: str, name: str):
    """An array of an .h5 file whose values lie in that file."""
    import h5py

    array = _member(file, key)
    if not isinstance(array, h5py.Dataset) or array.is_virtual or array.external:
        raise Refused(f"{name}: '{key}' is no array of this file (a link or a group)")
    return array


class _Shape:
    """The shape and type of an array that has not been read."""

    def __init__(self, array):
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __len__(self) -> int:
        return self.shape[0]
