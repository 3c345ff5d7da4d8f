"""Faults of a disk told from faults of a file: the first are never kept against the file."""

from __future__ import annotations

import errno
from pathlib import Path

from data.errors import EnvironmentFailure

# The numbers of an OSError that is due to a file's content: decoders give none, and a place that a
# damaged file names may be none that a file can have.
_OF_THE_CONTENT = (None, errno.EINVAL, errno.EOVERFLOW)


def pass_on_failure(fault: Exception, file: Path) -> None:
    """Do nothing where a file's content is at fault.

    Raises:
        EnvironmentFailure: the machine did not give what is in the file.
    """
    if not isinstance(fault, OSError) or fault.errno in _OF_THE_CONTENT:
        return
    # Not above: `data.listing` asks `data.pictures`, which asks this module, what is a picture.
    from data.listing import printable

    raise EnvironmentFailure(f"{printable(file)} cannot be read: {fault.strerror}") from fault
