"""Listing of the picture files below a folder, links included."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from data.errors import Refused
from data.pictures import is_picture

# What unpacking on a Macintosh leaves behind.
_NOT_FOR_US = ("__MACOSX",)
# Where network drives and desktops keep small copies of pictures, and deleted ones.
_COPIES = ("@eadir", "#recycle", "@recycle", "$recycle.bin", "#snapshot", "@recently-snapshot")
# Endings of pictures that are not read -> the program that turns them into ones that are.
_UNREAD = dict.fromkeys(
    (".heic", ".heif", ".hif", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".psd", ".tga")
    + (".exr", ".hdr", ".dds", ".pcx", ".xcf", ".ico", ".svg", ".eps", ".qoi", ".jxr"),
    "ImageMagick",
)
_UNREAD |= dict.fromkeys(
    (".raw", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef"), "darktable"
)
_UNREAD |= dict.fromkeys((".dcm", ".dicom"), "DCMTK")
_UNREAD |= dict.fromkeys((".czi", ".nd2", ".lif", ".oib", ".svs", ".ndpi", ".vsi"), "Bio-Formats")
_HOW = {
    "ImageMagick": "magick mogrify -format png",
    "darktable": "darktable-cli",
    "DCMTK": "dcm2img --write-png",
    "Bio-Formats": "bfconvert",
}
_JOINERS = "\u200c\u200d"


@dataclass
class Listed:
    """The picture files below a folder, and what is passed over there."""

    #: Sorted paths, relative to the folder.
    files: list[str]
    #: Endings of picture files that are not read here -> how many.
    unread: Counter
    #: Names of folders with copies of pictures -> how many picture files are in them.
    copies: Counter

    def remarks(self) -> tuple[str, ...]:
        """A remark on each kind of what is passed over, with counts."""
        remarks = []
        for program, how in _HOW.items():
            endings = sorted(ending for ending in self.unread if _UNREAD[ending] == program)
            if endings:
                each = ", ".join(f"{self.unread[ending]:,} {ending}" for ending in endings)
                remarks.append(
                    f"not read: {each} files; {program}, once installed, makes PNGs of them ({how})"
                )
        for folder, number in sorted(self.copies.items()):
            remarks.append(
                f"passed over: {number:,} pictures in {printable(folder)}/, small or deleted copies"
            )
        return tuple(remarks)


def picture_files(path: Path) -> Listed:
    """List the picture files below a folder as sorted relative paths.

    Links to folders are followed, but no folder is looked into twice: links in a circle end.
    What is nearer to the top comes first, and of those equally near a real folder. Hidden
    files and folders are passed over.

    Raises:
        Refused: a folder cannot be read.
    """
    found, others, copies = [], Counter(), Counter()
    # Folders with the name of the one of copies that they are in, or "".
    seen, level = set(), [(str(path), "")]
    while level:
        below = []
        # Level by level, and not by recursion: a folder may be deeper than Python's stack.
        for folder, inside in sorted(level, key=lambda f: (os.path.islink(f[0]), f)):
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
                ending = os.path.splitext(entry.name)[1].lower()
                if _is_folder(entry):
                    kept = entry.name if entry.name.lower() in _COPIES else ""
                    below.append((entry.path, inside or kept))
                elif inside:
                    copies[inside] += is_picture(entry.name)
                elif is_picture(entry.name):
                    found.append(entry.path)
                elif ending in _UNREAD:
                    others[ending] += 1
        level = below
    return Listed(sorted(os.path.relpath(file, path) for file in found), others, +copies)


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
