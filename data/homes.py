"""Folders of the user's: a home may be none, or one that nobody may write to."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from data.errors import Refused
from data.listing import printable


def at_home(path: Path, name: str = "") -> Path:
    """Replace "~" and "~user" at a path's beginning by that user's folder.

    Args:
        path: Any path.
        name: The flag that it was given by.

    Raises:
        Refused: nothing says which folder that is.
    """
    try:
        return path.expanduser()
    except RuntimeError as fault:
        raise Refused(
            f"{name} {path}: nothing says where {path.parts[0]} is; legal is a whole path".lstrip()
        ) from fault


def keras_home() -> Path:
    """Return the folder of Keras' settings and downloads: $KERAS_HOME, or .keras at home."""
    # As in keras.src.backend.config.
    if chosen := os.environ.get("KERAS_HOME"):
        return Path(os.path.expanduser(chosen))
    base = os.path.expanduser("~")
    return Path(base if os.access(base, os.W_OK) else "/tmp") / ".keras"


def missing_part(path: Path) -> str:
    """Return which part of a path does not exist, in words; "" if all of it does.

    For example "runs has no dgcan, but dcgan".
    """
    missing, place = "", path
    while not os.path.lexists(place):
        missing, place = place.name, place.parent
    if not missing:
        return ""
    if not os.path.isdir(place):
        return f"{printable(place)} is no folder"
    try:
        there = os.listdir(place)
    except OSError:
        return f"there is no permission to look into {printable(place)}"
    close = difflib.get_close_matches(missing, there, 1)
    where = "this folder" if place == Path() else printable(place)
    but = f", but {printable(close[0])}" if close else ""
    return f"{where} has no {printable(missing)}{but}"
