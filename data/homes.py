"""Folders of the user's: a home may be none, or one that nobody may write to."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import Refused


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
