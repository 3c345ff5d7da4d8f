"""A cache on disk of decoded samples and other arrays, one checked file each.

The folder is `$GAN_COOKBOOK_CACHE`, or `~/.cache/gan-cookbook`. It can be deleted at any
time. A file is an uncompressed .npz: the zip format carries a checksum of each array, so a
damaged file is noticed when it is read, and is then made again.

Pictures that take more than `$GAN_COOKBOOK_MEMORY` gigabytes (2) are never in memory
together: they are written, row by row, into .npy files beside the .npz, and read where
they are indexed. Of those files the length is checked, and not the content.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np

from data import npz
from data.errors import EnvironmentFailure, Refused
from data.files import DAMAGED, atomic_write, clear_asides
from data.homes import at_home
from data.lock import file_lock
from data.samples import SampleSet

_FACTOR = "factor:"
# Raised with every change of what a file holds.
_FORMAT = 6
# Bytes that are written at a time; more than any header.
_BLOCK = 1 << 20


def folder() -> Path:
    """The folder of the cache; the system's temporary one has it for a user without a home."""
    chosen = os.environ.get("GAN_COOKBOOK_CACHE")
    if chosen:
        return at_home(Path(chosen), "GAN_COOKBOOK_CACHE")
    try:
        return Path.home() / ".cache" / "gan-cookbook"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"gan-cookbook-{os.getuid()}"


def cached(
    label: str, key: dict, shapes: dict[str, tuple], fill: Callable[[dict], SampleSet]
) -> SampleSet:
    """Load a sample set from the cache, or make it with `fill` and cache it.

    Args:
        label: Prefix of the file's name.
        key: Everything that the pictures depend on; another key is another file.
        shapes: "samples", and "inputs" of pairs: N×H×W×C for pictures, N×S×S×S×1 for voxels,
            where N may turn out smaller.
        fill: Called if the cache has no usable file, with empty arrays of these shapes (uint8
            for pictures, bool for voxels); returns a set of the rows that it has written, from
            the first on.

    Raises:
        EnvironmentFailure: the pictures are too many for the memory and for the disk.
    """
    large = sum(math.prod(shape) for shape in shapes.values()) > _memory()

    def make() -> dict[str, np.ndarray]:
        if large:
            return _fill_files(path, shapes, fill)
        return _to_arrays(fill({name: np.empty(s, _dtype(s)) for name, s in shapes.items()}))

    def check(arrays: dict[str, np.ndarray]) -> SampleSet:
        return _to_set(_with_files(path, arrays, shapes) if large else arrays)

    path = _path(label, text := _text(key | {"in files": large}))
    return check(_cached(path, text, make, check))


def cached_arrays(
    label: str,
    key: dict,
    make: Callable[[], dict[str, np.ndarray]],
    check: Callable[[dict[str, np.ndarray]], object] = lambda arrays: None,
) -> dict[str, np.ndarray]:
    """Load arrays from the cache, or make them with `make` and cache them.

    Args:
        label, key, make: As for `cached`.
        check: Raises ValueError or KeyError for arrays of which one is not as it should be.
    """
    text = _text(key)
    return _cached(_path(label, text), text, make, check)


def _text(key: dict) -> str:
    return json.dumps({"format": _FORMAT, **key}, sort_keys=True, default=str)


def _path(label: str, text: str) -> Path:
    return folder() / f"{label}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"


def _cached(path: Path, text: str, make: Callable, check: Callable) -> dict[str, np.ndarray]:
    kept = _look(path, text, check)
    if kept is not None:
        return kept
    with file_lock(path):
        # Another process may have made it while this one waited for the lock.
        kept = _look(path, text, check, aloud=False)
        if kept is not None:
            return kept
        arrays = make()
        try:
            clear_asides(path.parent)
            # An atomic write: no reader and no other writer sees half a file.
            with atomic_write(path) as tmp:
                about = {"key": np.array(text), "names": np.array(sorted(arrays))}
                np.savez(tmp, allow_pickle=False, **arrays, **about)
        except OSError as fault:
            _say(f"the cache in {folder()} cannot be written ({fault.strerror}): going on without")
        return arrays


def _look(path: Path, key: str, check: Callable, aloud: bool = True) -> dict | None:
    if not os.path.exists(path):
        return None
    try:
        arrays = _read(path, key)
        check(arrays)
        return arrays
    except DAMAGED:
        if aloud:
            _say(f"cache file {path.name} is damaged or not ours: made again")
        return None


def _read(path: Path, key: str) -> dict[str, np.ndarray]:
    arrays = npz.read(path, own=True)
    if str(arrays.pop("key")) != key:
        raise ValueError("made for another key")
    if sorted(arrays.pop("names")) != sorted(arrays):
        raise ValueError("not all that was written")
    return arrays


def _memory() -> float:
    """The largest set that is kept in memory, in bytes."""
    said = os.environ.get("GAN_COOKBOOK_MEMORY", "2")
    try:
        return float(said) * 1e9
    except ValueError:
        raise Refused(f"GAN_COOKBOOK_MEMORY={said}: legal is a number of gigabytes") from None


def _dtype(shape: tuple) -> np.dtype:
    """Of pictures, N×H×W×C, or of voxels, N×S×S×S×1."""
    return np.dtype(bool if len(shape) == 5 else np.uint8)


def _file_of(path: Path, name: str) -> Path:
    return path.with_name(f"{path.stem}-{name}.npy")


def _fill_files(path: Path, shapes: dict, fill: Callable) -> dict[str, np.ndarray]:
    """Fill memory-mapped files; returns the set's small arrays."""
    try:
        with ExitStack() as files:
            rows = {}
            for name, shape in shapes.items():
                tmp = files.enter_context(atomic_write(_file_of(path, name)))
                rows[name] = _new_file(tmp, shape)
            arrays = _to_arrays(fill(rows))
            for array in rows.values():
                array.flush()
    except OSError as fault:
        size = sum(math.prod(shape) for shape in shapes.values()) / 1e9
        raise EnvironmentFailure(
            f"the decoded pictures take {size:.1f} GB, which {folder()} cannot hold "
            f"({fault.strerror or fault}); GAN_COOKBOOK_CACHE=FOLDER names another place"
        ) from fault
    count = len(arrays["samples"])
    return {n: a for n, a in arrays.items() if n not in shapes} | {"count": np.array(count)}


def _new_file(tmp: Path, shape: tuple) -> np.memmap:
    rows = np.lib.format.open_memmap(tmp, mode="w+", dtype=_dtype(shape), shape=shape)
    with open(tmp, "rb+") as file:
        # Allocate now, where a full disk raises OSError: writing into a sparse file on a full
        # disk kills the process with SIGBUS.
        _allocate(file, os.fstat(file.fileno()).st_size)
    return rows


def _allocate(file: IO[bytes], size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    # Without posix_fallocate: write zeros, all but the header that is there already.
    file.seek(_BLOCK)
    for start in range(_BLOCK, size, _BLOCK):
        file.write(bytes(min(_BLOCK, size - start)))
    file.flush()


def _with_files(path: Path, arrays: dict, shapes: dict) -> dict[str, np.ndarray]:
    """Add the memory-mapped samples to a set's small arrays."""
    together = {name: a for name, a in arrays.items() if name != "count"}
    for name, shape in shapes.items():
        with npz.noticing_damage():
            rows = np.load(_file_of(path, name), mmap_mode="r", allow_pickle=False)
        if rows.shape != tuple(shape):
            raise ValueError("not the shape that was written")
        together[name] = rows[: int(arrays["count"])]
    return together


def _to_arrays(pictures: SampleSet) -> dict[str, np.ndarray]:
    arrays = {_FACTOR + name: values for name, values in pictures.factors.items()}
    arrays["samples"] = pictures.samples
    arrays["left_out"] = np.array(json.dumps(pictures.left_out))
    if pictures.inputs is not None:
        arrays["inputs"] = pictures.inputs
    return arrays


def _to_set(arrays: dict[str, np.ndarray]) -> SampleSet:
    factors = {n[len(_FACTOR) :]: values for n, values in arrays.items() if n.startswith(_FACTOR)}
    left_out = json.loads(str(arrays["left_out"]))
    kept = SampleSet(arrays["samples"], factors, arrays.get("inputs"), left_out)
    for array in (kept.samples, kept.inputs):
        if array is not None and (array.ndim not in (4, 5) or array.dtype != _dtype(array.shape)):
            raise ValueError("neither pictures nor voxels")
    if any(len(v) != len(kept) for v in (*factors.values(), kept.inputs) if v is not None):
        raise ValueError("not as many factors or inputs as samples")
    return kept


def _say(line: str) -> None:
    print(line, file=sys.stderr)
