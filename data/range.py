"""The range of the values in a folder's pictures, and the levels that follow from it."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from data import cache, levels
from data.errors import Refused
from data.files import resolved
from data.levels import UNCHANGED, Levels
from data.pictures import Header, Unreadable, decode_values
from data.progress import counted

# Pictures that are decoded ahead.
_AHEAD = 256


def levels_of(
    path: Path, name: str, headers: dict[str, Header], chosen: str, label_maps: bool
) -> Levels | None:
    """Determine which values of a set's pictures become 0 and 255.

    Args:
        path: The folder.
        name: What the set is called.
        headers: Of the files from which it is determined, by their names in the folder.
        chosen: The flag `--levels`.
        label_maps: They hold labels, which are kept as they are.

    Returns:
        The levels; None where pictures of 8 bits stay as they are.

    Raises:
        Refused: labels that 8 bits do not hold, or levels for pictures of several depths.
    """
    asked = levels.understood(chosen)
    deep = {file: header for file, header in headers.items() if header.deep}
    if label_maps:
        return _kept(path, name, deep) if deep else None
    if asked == "full":
        return levels.full(*_range_of(path, name, deep)[:2]) if deep else None
    if deep and len(deep) < len(headers):
        raise Refused(
            f"--levels {chosen}: {name} has {len(deep):,} pictures of more than 8 bits, and "
            f"{len(headers) - len(deep):,} of 8; legal where all have the same"
        )
    if asked != "auto" and not deep and not levels.within(asked, UNCHANGED):
        raise Refused(f"--levels {chosen}: {name} has 8 bits a value; legal are 0 to 255")
    if asked == "auto":
        return levels.spread(*_range_of(path, name, headers)[2:])
    return asked


def _kept(path: Path, name: str, headers: dict[str, Header]) -> Levels:
    """The levels of label maps: what they are."""
    low, high = _range_of(path, name, headers)[2:]
    if low < UNCHANGED[0] or high > UNCHANGED[1]:
        raise Refused(
            f"{name}: label maps with labels from {low:g} to {high:g}; legal are 0 to 255 "
            "(--label-maps none takes them as pictures)"
        )
    return UNCHANGED


def _range_of(path: Path, name: str, headers: dict[str, Header]) -> tuple[float, ...]:
    """The smallest and largest value that pictures have or declare, and those that they have."""
    stamps = [(file, *header.stamp) for file, header in headers.items()]
    listed = hashlib.sha256(repr(stamps).encode("utf-8", "backslashreplace")).hexdigest()

    def make() -> dict[str, np.ndarray]:
        return {"range": np.array(_read_range(path, name, headers), np.float64)}

    key = {"range of": str(resolved(path)), "files": listed, "version": 1}
    return tuple(cache.cached_arrays("range", key, make)["range"].tolist())


def _read_range(path: Path, name: str, headers: dict[str, Header]) -> tuple[float, ...]:
    def one(file: str) -> tuple[float, float, float]:
        try:
            values, declared = decode_values(path / file, 1 if headers[file].grey else 3)
        except Unreadable:
            # It is left out, and named, when it is read for good.
            return np.inf, -np.inf, 0
        return *levels.extremes(values), declared

    files, found = list(headers), []
    words = f"looking for the range of {len(files):,} pictures of {name}"
    with ThreadPoolExecutor(os.cpu_count()) as pool, counted(words, len(files)) as progress:
        for start in range(0, len(files), _AHEAD):
            found += pool.map(one, files[start : start + _AHEAD])
            progress(min(start + _AHEAD, len(files)))
    least, most, declared = np.array(found).T
    if least.min() > most.max():
        # Nothing that could be read, or nothing finite.
        return (0, 255) * 2
    low, high = least.min(), most.max()
    return min(low, 0), max(high, declared.max()), low, high
