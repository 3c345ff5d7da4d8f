"""Suppression of messages that native libraries print on import."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Capture what native code writes to standard error; printed only after an exception.

    TensorFlow prints a dozen lines about its build, whatever the log level.
    """
    try:
        shown = os.dup(2)
    except OSError:
        # There is no standard error to write to.
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
