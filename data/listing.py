"""Which files a folder holds, whatever they are called and wherever its links lead."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from data.errors import Refused
from data.pictures import is_picture

# What unpacking on a Macintosh leaves behind.
_NOT_FOR_US = ("__MACOSX",)


def picture_files(path: Path) -> list[str]:
    """The picture files below a folder, as sorted relative names.

    Links to folders are followed, but no folder is looked into twice: links in a circle end.
    Hidden files and folders are passed over.

    Raises:
        Refused: a folder cannot be read.
    """

    def refuse(fault: OSError) -> None:
        raise Refused(f"{shown(fault.filename)} cannot be read: {fault.strerror}") from fault

    found, seen, pending = [], set(), [str(path)]
    while pending:
        # Real folders first, so that a link to one of them adds nothing.
        for folder, inner, names in os.walk(pending.pop(0), onerror=refuse):
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:
                inner.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            inner[:] = sorted(n for n in inner if not n.startswith(".") and n not in _NOT_FOR_US)
            links = [os.path.join(folder, name) for name in inner]
            pending += [link for link in links if os.path.islink(link)]
            found += [os.path.join(folder, name) for name in names if is_picture(name)]
    return sorted(os.path.relpath(file, path) for file in found)


def shown(name: str | os.PathLike) -> str:
    """A file's name as it can be printed on one line, in any language.

    Bytes that are no UTF-8 and characters that move the cursor are shown as "�".
    """
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text)
