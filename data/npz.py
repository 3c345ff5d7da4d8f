"""Files of named arrays (.npz), read so that whatever is wrong with one is noticed.

NumPy reads as many bytes as an array's header says, and a header may say too little: then what
is left is never looked at, nor the checksum behind it. And what it raises for a damaged file
depends on where the damage is. Here a member is read to its end, and all that is wrong with a
file's content is `Damaged`.
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_SUFFIX = ".npy"
_DIGEST = "digest"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class Damaged(ValueError):
    """The content of a file is not what was written, or what such files hold."""


@contextmanager
def noticing_damage() -> Iterator[None]:
    """Turn whatever a library raises about a file's content into `Damaged`.

    What the machine does not allow (no such file, no permission, a broken disk) stays OSError.
    """
    try:
        yield
    except Damaged:
        raise
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise
        raise Damaged(str(fault)) from fault


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays, and a digest of their names, types, shapes and values."""
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez(path, allow_pickle=False, **arrays, **{_DIGEST: np.array(_digest_of(arrays))})


def read(
    path: Path, names: Iterable[str] | None = None, own: bool = False
) -> dict[str, np.ndarray]:
    """Read arrays, all or those of some names, each to the end of its member.

    A digest, where the file has one and all are read, must be right; it is not returned. (Of a
    file that somebody else wrote `digest` may be an array as any other.)

    Args:
        path: The file.
        names: Those of the arrays to read; None: all.
        own: Whether only a file as this program writes them is whole: nothing in it is compressed,
            so that its size is what it takes in memory.

    Raises:
        Damaged: anything is wrong with the file, or it holds Python objects, which are never
            unpickled.
        OSError: it cannot be read.
    """
    with _opened(path) as archive:
        if own and sum(info.file_size for info in archive.infolist()) > path.stat().st_size:
            raise Damaged("it holds more than its own size")
        found = {name: info for name, info in _members(archive) if names is None or name in names}
        arrays = {name: _read_member(archive, info) for name, info in found.items()}
        if names is None and _is_digest(arrays.get(_DIGEST)):
            digest = str(arrays.pop(_DIGEST))
            if digest != _digest_of(arrays):
                raise Damaged("the digest is of other arrays")
    return arrays


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Read the shape of each array from its header alone; () for one of Python objects.

    Raises:
        As `read`.
    """
    found = {}
    with _opened(path) as archive:
        for name, info in _members(archive):
            with archive.open(info) as file:
                shape, dtype = _header(file)
            found[name] = () if dtype.hasobject else shape
    return found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with noticing_damage():
        if not stat.S_ISREG(os.stat(path).st_mode):
            # To open a pipe would wait for ever.
            raise Damaged("not a file")
        with zipfile.ZipFile(path) as archive:
            yield archive


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for info in archive.infolist():
        if info.filename.endswith(_SUFFIX):
            yield info.filename.removesuffix(_SUFFIX), info


def _header(file) -> tuple[tuple[int, ...], np.dtype]:
    read_header = _HEADERS.get(np.lib.format.read_magic(file))
    if read_header is None:
        # Of named fields in other alphabets, which nothing here has.
        return (), np.dtype(object)
    shape, _, dtype = read_header(file)
    return shape, dtype


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(info) as file:
        shape, dtype = _header(file)
        size = math.prod(shape) * dtype.itemsize
        # Before memory is asked for.
        if not dtype.hasobject and size != info.file_size - file.tell():
            raise Damaged(f"{info.filename} is not as long as its header says")
    with archive.open(info) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        # At its end the checksum is compared.
        file.read(1)
    return array


def _is_digest(array: np.ndarray | None) -> bool:
    """Whether an array is what `write` adds."""
    return array is not None and array.shape == () and array.dtype == "<U64"


def _digest_of(arrays: dict[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        found.update(repr((name, array.dtype.str, array.shape)).encode())
        found.update(array.tobytes())
    return found.hexdigest()
