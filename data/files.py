"""Atomic file writes: into a temporary file, then renamed into place."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What reading a damaged .npz, .keras or other zip file may raise. OSError is among them only
#: for foreign formats; for a file of this project, an OSError is the machine's failure.
MALFORMED = (
    ValueError,
    EOFError,
    KeyError,
    TypeError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
DAMAGED = (OSError, *MALFORMED)

#: Prefix of temporary names; left behind only by a killed process.
ASIDE = ".aside-"


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Context manager that gives a temporary path, renamed to `path` on success.

    On failure the temporary file is removed and `path` is unchanged. The temporary name has
    the suffix of `path`, for libraries that choose a format by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=ASIDE, suffix=path.suffix)
    os.close(handle)
    tmp = Path(name)
    try:
        yield tmp
        with open(tmp, "rb") as file:
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read.
        tmp.chmod(0o666 & ~_umask())
        os.replace(tmp, path)
    finally:
        tmp.unlink(missing_ok=True)


def resolved(path: Path) -> Path:
    """Return a path without links and relative parts; of a link to itself, the link.

    (Of that `Path.resolve` raises RuntimeError, or OSError, as Python's version has it.)
    """
    return Path(os.path.realpath(path))


def clear_asides(place: Path) -> None:
    """Remove temporary files of killed processes that are older than a day."""
    for left in place.glob(f"{ASIDE}*"):
        try:
            if time.time() - left.stat().st_mtime > 24 * 3600:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        except OSError:
            # Another process has just finished it, or it is not ours.
            continue


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
