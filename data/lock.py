"""One process at a time: what two want at once is made by one, and the other waits."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.files import ASIDE


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Keep other processes from making the same file or folder; waits for one that does.

    Where nothing can be written or locked, all go on at once.
    """
    lock = path.with_name(f"{ASIDE}{path.stem}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _take(lock, path.name)
    except OSError:
        # Where nothing can be written or locked, the same may be made twice: no harm done.
        yield
        return
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _take(lock: Path, name: str) -> int:
    """The lock's handle, once this process is the only one to have it."""
    told = False
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    print(f"another process is making {name}: waiting for it", file=sys.stderr)
                    told = True
                fcntl.flock(handle, fcntl.LOCK_EX)
            # Who had it before has removed it: what counts is the file that others find.
            if os.path.exists(lock) and os.path.samestat(os.fstat(handle), os.stat(lock)):
                os.utime(lock)
                return handle
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
