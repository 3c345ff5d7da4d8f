"""Faults of a disk told from faults of a file: the first are never kept against the file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from data.errors import EnvironmentFailure

# The numbers of an OSError that is due to a file's content: decoders give none, and a place that a
# damaged file names may be none that a file can have. A folder is no broken disk either.
_OF_THE_CONTENT = (None, errno.EINVAL, errno.EOVERFLOW, errno.EISDIR)
# Those of another file, which this one names, and which is not there.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


def is_of_another(fault: OSError, file: Path) -> bool:
    """Whether a fault is that of another file, which a file names."""
    return fault.filename is not None and Path(os.fsdecode(fault.filename)) != Path(file)


def pass_on_failure(fault: Exception, file: Path) -> None:
    """Do nothing where a file's content is at fault.

    Raises:
        EnvironmentFailure: the machine did not give what is in the file.
    """
    if not isinstance(fault, OSError) or fault.errno in _OF_THE_CONTENT:
        return
    if fault.errno in _NOT_THERE and is_of_another(fault, file):
        return
    # Not above: `data.listing` asks `data.pictures`, which asks this module, what is a picture.
    from data.listing import printable

    raise EnvironmentFailure(f"{printable(file)} cannot be read: {fault.strerror}") from fault
