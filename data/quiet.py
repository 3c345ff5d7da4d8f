"""Suppression of messages that native libraries print on import."""

from __future__ import annotations

import importlib.util
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


def import_quietly(name: str) -> None:
    """Have a package imported within `quietly`, whenever it is and by whomever."""
    if name not in sys.modules:
        sys.meta_path.insert(0, _Quiet(name))


class _Quiet:
    """Finder of a single package, which steps aside once it is asked for it."""

    def __init__(self, name: str):
        self._name = name

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def quiet_run(module):
                with quietly():
                    run(module)

            spec.loader.exec_module = quiet_run
        return spec
