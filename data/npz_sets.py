"""Arrays in .npz and .npy files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from data import npz
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
    with _readable(path, ".npz"):
        shapes = npz.shapes(path)
        arrays = npz.read(path, wanted(shapes))
    # Nothing to read: the source refuses, with the names that there are.
    return ArraySource(printable(path.name), arrays or dict.fromkeys(shapes), reading)


def open_npy(path: Path, reading: Reading) -> ArraySource:
    """Read the samples of an .npy file, which holds one array.

    Raises:
        Refused: it is no such file, holds Python objects, or other things than samples.
    """
    with _readable(path, ".npy"), npz.noticing_damage():
        array = np.load(path, allow_pickle=False)
    return ArraySource(printable(path.name), {"arr_0": array}, reading)


@contextmanager
def _readable(path: Path, kind: str) -> Iterator[None]:
    """Turn exceptions from reading a file into Refused, with the reason if it is known."""
    try:
        yield
    except DAMAGED as fault:
        if "allow_pickle" in str(fault):
            raise Refused(
                f"{printable(path)} holds Python objects; only plain arrays are read, never pickles"
            ) from fault
        if isinstance(fault, OSError) and fault.errno:
            raise Refused(f"{printable(path)} cannot be read: {fault.strerror}") from fault
        raise Refused(f"{printable(path)} cannot be read as {kind}") from fault
