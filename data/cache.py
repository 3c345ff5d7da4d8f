"""Decoded pictures kept between runs: one checked file a data set, put in place by renaming.

The folder is `$GAN_COOKBOOK_CACHE`, or `~/.cache/gan-cookbook`. It can be deleted at any
time. A file is an uncompressed .npz: the zip format carries a checksum of each array, so a
damaged file is noticed when it is read, and is then made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.files import DAMAGED, whole
from data.imageset import ImageSet

_FACTOR = "factor:"


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
    text = json.dumps(key, sort_keys=True, default=str)
    path = folder() / f"{label}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"
    if os.path.exists(path):
        try:
            return _read(path, text)
        except DAMAGED:
            _say(f"cache file {path.name} is damaged or not ours: made again")
    pictures = make()
    try:
        _write(path, pictures, text)
    except OSError as fault:
        _say(f"the cache in {folder()} cannot be written ({fault.strerror}): going on without")
    return pictures


def _read(path: Path, key: str) -> ImageSet:
    # An .npz holding pickled objects is refused by numpy: nothing here is ever unpickled.
    with np.load(path, allow_pickle=False) as arrays:
        if str(arrays["key"]) != key:
            raise ValueError("made for another key")
        factors = {n[len(_FACTOR) :]: arrays[n] for n in arrays.files if n.startswith(_FACTOR)}
        return ImageSet(arrays["images"], factors)


def _write(path: Path, pictures: ImageSet, key: str) -> None:
    """Put in place at once, so that no reader and no other writer sees half a file."""
    factors = {_FACTOR + name: values for name, values in pictures.factors.items()}
    with whole(path) as aside:
        np.savez(aside, images=pictures.images, key=np.array(key), **factors)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
