"""Recognition of this program's own output, which is not to be read as data again.

A run is known by its config.yaml, and a picture by what it says of itself, wherever it has been
moved to.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePath
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data.errors import Refused
from data.listing import printable

#: What each picture that is written says of itself.
MARK = "Made by GAN Cookbook"
#: Formats that have a place for it.
MARKED = ("PNG", "JPEG", "GIF", "WEBP", "TIFF")

_SOFTWARE = 0x0131
# Pillow writes remarks before the pixels, or as the last thing of all.
_REACH = 4096
# What config.yaml of every run has; no other program's has all of it.
_OF_A_RUN = {b"recipe", b"config", b"data", b"made_with"}


def marking(form: str, words: str = "") -> dict[str, Any]:
    """Return the options for Pillow's `save` that mark a picture as this program's.

    Args:
        form: A format of Pillow's, such as "PNG", or a file's ending, such as ".png".
        words: How it was made.
    """
    mark = f"{MARK}: {words}" if words else MARK
    form = Image.registered_extensions().get(form.lower(), form)
    if form == "PNG":
        remark = PngInfo()
        remark.add_text("Software", mark)
        return {"pnginfo": remark}
    if form in ("JPEG", "GIF"):
        return {"comment": mark.encode()}
    if form == "WEBP":
        facts = Image.Exif()
        facts[_SOFTWARE] = mark
        return {"exif": facts.tobytes()}
    return {"software": mark} if form == "TIFF" else {}


def is_own(file: Path) -> bool:
    """Return whether a picture file was written by this program."""
    try:
        status = os.stat(file)
        if not stat.S_ISREG(status.st_mode):
            # To open a pipe would wait for ever.
            return False
        with open(file, "rb") as content:
            said = content.read(_REACH)
            content.seek(max(0, status.st_size - _REACH))
            return MARK.encode() in said + content.read(_REACH)
    except OSError:
        # Whoever reads the picture will say so.
        return False


def is_run(folder: str | Path) -> bool:
    """Return whether a folder is the run of a training."""
    file = os.path.join(folder, "config.yaml")
    try:
        if not os.path.isfile(file):
            return False
        with open(file, "rb") as content:
            return set(re.findall(rb"^(\w+):", content.read(1 << 20), re.M)) >= _OF_A_RUN
    except OSError:
        return False


def without_own(root: Path, names: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Leave this program's own output out of the pictures of a folder.

    Pictures that it made are left out unless there are no others: then they are what is meant.

    Args:
        root: The folder.
        names: Paths of picture files, relative to it.

    Returns:
        The names that stay, and a remark where some do not.

    Raises:
        Refused: the folder is a run.
    """
    if is_run(root):
        raise Refused(
            f"{printable(root)} is a run, not a set of pictures; legal is a folder that holds "
            "pictures, also one inside of the run"
        )
    folders = {part for name in names for part in list(PurePath(name).parents)[:-1]}
    runs = {folder for folder in folders if is_run(root / folder)}
    if runs:
        names = [name for name in names if runs.isdisjoint(PurePath(name).parents)]
    others = [name for name in names if not is_own(root / name)]
    made = len(names) - len(others) if others else 0
    told = [f"{made:,} picture{'s' * (made > 1)}"] if made else []
    told += [f"{len(runs):,} run{'s' * (len(runs) > 1)}"] if runs else []
    remark = f"passed over, as made by this program: {' and '.join(told)}"
    return others or names, (remark,) * bool(told)
