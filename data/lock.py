"""File locks between processes: one makes a file, the others wait for it."""

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
    """Hold a lock on a file or folder that is to be made; waits while another process has it.

    Where no lock file can be written, there is no lock.
    """
    lock = path.with_name(f"{ASIDE}{path.stem}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _take(lock, path.name)
    except OSError:
        # Without a lock the same file may be made twice, which costs time only.
        yield
        return
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _take(lock: Path, name: str) -> int:
    """Acquire the lock; returns its handle."""
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
            # The former holder has removed its file: only a lock on the file at `lock` counts.
            if os.path.exists(lock) and os.path.samestat(os.fstat(handle), os.stat(lock)):
                os.utime(lock)
                return handle
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
