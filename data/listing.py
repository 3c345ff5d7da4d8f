"""Listing of the picture files below a folder, links included."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from pathlib import Path

from data.errors import Refused
from data.pictures import UNREAD_ENDINGS, is_picture

# What unpacking on a Macintosh leaves behind.
_NOT_FOR_US = ("__MACOSX",)
_JOINERS = "\u200c\u200d"


def picture_files(path: Path) -> tuple[list[str], Counter]:
    """List the picture files below a folder as sorted relative paths.

    Links to folders are followed, but no folder is looked into twice: links in a circle end.
    What is nearer to the top comes first, and of those equally near a real folder. Hidden
    files and folders are passed over.

    Returns:
        The names; and endings of picture files that are not read here -> how many.

    Raises:
        Refused: a folder cannot be read.
    """
    found, others, seen, level = [], Counter(), set(), [str(path)]
    while level:
        below = []
        # Level by level, and not by recursion: a folder may be deeper than Python's stack.
        for folder in sorted(level, key=lambda f: (os.path.islink(f), f)):
            try:
                status = os.stat(folder)
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
                entries = list(os.scandir(folder))
            except OSError as fault:
                raise Refused(f"{printable(folder)} cannot be read: {fault.strerror}") from fault
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _NOT_FOR_US:
                    continue
                if _is_folder(entry):
                    below.append(entry.path)
                elif is_picture(entry.name):
                    found.append(entry.path)
                elif entry.name.lower().endswith(UNREAD_ENDINGS):
                    others[os.path.splitext(entry.name)[1].lower()] += 1
        level = below
    return sorted(os.path.relpath(file, path) for file in found), others


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads to itself: no folder, and as a file it will be named.
        return False


def printable(name: str | os.PathLike) -> str:
    """A file's name with unprintable characters replaced.

    Bytes that are no UTF-8 and characters that move the cursor are shown as "�".
    """
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join("�" if _moves_the_cursor(c) else c for c in text)


def _moves_the_cursor(character: str) -> bool:
    # Joiners have no width, and words of Persian or Hindi need them.
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in _JOINERS
