"""What is kept between runs: decoded pictures and the like, a checked file each, whole or not.

The folder is `$GAN_COOKBOOK_CACHE`, or `~/.cache/gan-cookbook`. It can be deleted at any
time. A file is an uncompressed .npz: the zip format carries a checksum of each array, so a
damaged file is noticed when it is read, and is then made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from data.files import ASIDE, DAMAGED, whole
from data.imageset import ImageSet

_FACTOR = "factor:"
# Raised with every change of what a file holds.
_FORMAT = 3


def folder() -> Path:
    """Where cached data is kept."""
    chosen = os.environ.get("GAN_COOKBOOK_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "gan-cookbook"


def remember(label: str, key: dict, make: Callable[[], ImageSet]) -> ImageSet:
    """The set that `make` gives, from the cache where it is there already.

    Args:
        label: Begins the file's name, for people.
        key: Everything that the pictures depend on; another key is another file.
        make: Called where the cache has nothing usable.
    """
    return _to_set(remember_arrays(label, key, lambda: _to_arrays(make()), _to_set))


def remember_arrays(
    label: str,
    key: dict,
    make: Callable[[], dict[str, np.ndarray]],
    check: Callable[[dict[str, np.ndarray]], object] = lambda arrays: None,
) -> dict[str, np.ndarray]:
    """The arrays that `make` gives, from the cache where they are there already.

    Args:
        label, key, make: As for `remember`.
        check: Raises ValueError or KeyError for arrays of which one is not as it should be.
    """
    text = json.dumps({"format": _FORMAT, **key}, sort_keys=True, default=str)
    path = folder() / f"{label}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    kept = _look(path, text, check)
    if kept is not None:
        return kept
    with _alone(path):
        # Another process may have made it since.
        kept = _look(path, text, check, aloud=False)
        if kept is not None:
            return kept
        arrays = make()
        try:
            _clear(path.parent)
            # Put in place at once, so that no reader and no other writer sees half a file.
            with whole(path) as aside:
                np.savez(aside, **arrays, key=np.array(text), names=np.array(sorted(arrays)))
        except OSError as fault:
            _say(f"the cache in {folder()} cannot be written ({fault.strerror}): going on without")
        return arrays


def _look(path: Path, key: str, check: Callable, aloud: bool = True) -> dict | None:
    if not os.path.exists(path):
        return None
    try:
        arrays = _read(path, key)
        check(arrays)
        return arrays
    except DAMAGED:
        if aloud:
            _say(f"cache file {path.name} is damaged or not ours: made again")
        return None


def _read(path: Path, key: str) -> dict[str, np.ndarray]:
    # An .npz holding pickled objects is refused by numpy: nothing here is ever unpickled.
    with np.load(path, allow_pickle=False) as file:
        if str(file["key"]) != key:
            raise ValueError("made for another key")
        arrays = {name: file[name] for name in file.files if name not in ("key", "names")}
        if sorted(file["names"]) != sorted(arrays):
            raise ValueError("not all that was written")
        return arrays


def _to_arrays(pictures: ImageSet) -> dict[str, np.ndarray]:
    arrays = {_FACTOR + name: values for name, values in pictures.factors.items()}
    arrays["images"] = pictures.images
    if pictures.inputs is not None:
        arrays["inputs"] = pictures.inputs
    return arrays


def _to_set(arrays: dict[str, np.ndarray]) -> ImageSet:
    factors = {n[len(_FACTOR) :]: values for n, values in arrays.items() if n.startswith(_FACTOR)}
    kept = ImageSet(arrays["images"], factors, arrays.get("inputs"))
    for pictures in (kept.images, kept.inputs):
        if pictures is not None and (pictures.dtype != np.uint8 or pictures.ndim != 4):
            raise ValueError("no pictures")
    if any(len(v) != len(kept) for v in (*factors.values(), kept.inputs) if v is not None):
        raise ValueError("not as many factors or inputs as pictures")
    return kept


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from making the same file; waits for one that does."""
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
                    _say(f"another process is making {name}: waiting for it")
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


def _clear(place: Path) -> None:
    """Remove what killed processes left half-written a day ago or earlier."""
    for left in place.glob(f"{ASIDE}*"):
        try:
            if time.time() - left.stat().st_mtime > 24 * 3600:
                left.unlink()
        except FileNotFoundError:
            # Another process has just finished it.
            continue


def _say(line: str) -> None:
    print(line, file=sys.stderr)
