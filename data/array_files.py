"""Files of arrays: .npz, read whole, and .h5, read as needed."""

from __future__ import annotations

from pathlib import Path

from data.arrays import ArraySource
from data.h5_sets import open_h5
from data.npz_sets import open_npz
from data.reading import Reading

#: Suffixes of files with arrays.
ENDINGS = (".npz", ".h5", ".hdf5")


def open_arrays(path: Path, reading: Reading) -> ArraySource:
    """Open a file of arrays.

    Raises:
        Refused: it is no such file, holds anything but plain arrays, or none of the known
            names.
    """
    return (open_npz if path.suffix == ".npz" else open_h5)(path, reading)
