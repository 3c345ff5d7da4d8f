"""Arrays in .npz files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from data.arrays import ArraySource, wanted
from data.errors import Refused
from data.files import DAMAGED
from data.listing import printable
from data.reading import Reading


def open_npz(path: Path, reading: Reading) -> ArraySource:
    """Read the samples, labels and factors of an .npz file.

    Raises:
        Refused: it is no such file, holds Python objects, or none of the known names.
    """
    try:
        shapes = _shapes(path)
        with np.load(path, allow_pickle=False) as file:
            keys = wanted(shapes)
            if not keys:
                # Nothing to read: the source refuses, with the names that there are.
                return ArraySource(printable(path.name), dict.fromkeys(file.files))
            return ArraySource(printable(path.name), {key: file[key] for key in keys}, reading)
    except Refused:
        raise
    except DAMAGED as fault:
        if "allow_pickle" in str(fault) and zipfile.is_zipfile(path):
            raise Refused(
                f"{printable(path)} holds Python objects; only plain arrays are read, never pickles"
            ) from fault
        raise Refused(f"{printable(path)} cannot be read as .npz") from fault


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each array, read from its header alone; () for one of Python objects."""
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shapes = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(".npy"):
                continue
            with archive.open(name) as file:
                read = read_header.get(np.lib.format.read_magic(file))
                shape, _, dtype = read(file) if read else ((), False, np.dtype(object))
            shapes[name.removesuffix(".npy")] = () if dtype.hasobject else shape
    return shapes
