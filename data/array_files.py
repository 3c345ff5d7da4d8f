"""Files of arrays: .npz and .npy, read whole, and .h5, read as needed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from data.arrays import ArraySource
from data.errors import Refused
from data.h5_sets import open_h5
from data.listing import printable
from data.npz_sets import open_npy, open_npz
from data.reading import Reading

#: Suffixes of files with arrays.
ENDINGS = (".npz", ".npy", ".h5", ".hdf5")
# How they begin.
_HDF5, _NPY = b"\x89HDF\r\n\x1a\n", b"\x93NUMPY"


def open_arrays(path: Path, reading: Reading) -> ArraySource:
    """Open a file of arrays; its content decides of which kind it is.

    Raises:
        Refused: it is no such file, holds anything but plain arrays, or none of the known
            names.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            # To open a pipe would wait for ever.
            raise Refused(f"{printable(path)} is no file")
        with open(path, "rb") as file:
            begin = file.read(len(_HDF5))
    except OSError as fault:
        raise Refused(f"{printable(path)} cannot be read: {fault.strerror}") from fault
    if begin.startswith(_NPY):
        return open_npy(path, reading)
    # HDF5 may also begin further inside.
    by_name = path.suffix.lower() in (".h5", ".hdf5") and not begin.startswith(b"PK")
    return (open_h5 if begin == _HDF5 or by_name else open_npz)(path, reading)
