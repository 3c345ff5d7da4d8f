"""Folders of pictures.

A flat folder or any depth of sub-folders; sub-folders named train, validation (or val) and
test are taken as the splits, else `hold_out` splits. Files that are no pictures by their
ending are passed over. A picture that cannot be read is named and left out as long as
such are at most one in a hundred; where they are more, the folder is not what its owner
thinks it is, and is refused.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from data import cache
from data.errors import Refused
from data.imageset import ImageSet, Source, hold_out, split_of
from data.resize import square

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
SMALLEST_SIDE = 8
MOST_PIXELS = 100_000_000
_BROKEN_SHARE = 0.01
_GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B")
_SPLIT_FOLDERS = {"train": ("train",), "validation": ("validation", "val"), "test": ("test",)}

# Our own limit is checked on the header, with a message of our own; Pillow's would warn.
Image.MAX_IMAGE_PIXELS = None


class FolderSource(Source):
    """The pictures below a folder, grey if all of them are, else RGB."""

    def __init__(self, path: Path):
        self.path = path
        self.name = path.resolve().name
        files = _picture_files(path)
        if not files:
            raise Refused(f"{path} holds no pictures ({' '.join(ENDINGS)})")
        headers, broken = {}, {}
        for file in files:
            try:
                headers[file] = _read_header(path / file)
            except _Unreadable as reason:
                broken[file] = str(reason)
        self._refuse_or_remark(broken, len(files))
        self._files = list(headers)
        self.count = len(self._files)
        self.channels = 1 if all(h.mode in _GREY_MODES for h in headers.values()) else 3
        sizes = sorted((h.size[::-1] for h in headers.values()), key=min)
        self.sizes = (sizes[0], sizes[-1])
        self._stamp = [(f, h.bytes, h.changed) for f, h in headers.items()]

    def _refuse_or_remark(self, broken: dict[str, str], total: int) -> None:
        if not broken:
            return
        named = "; ".join(f"{file}: {reason}" for file, reason in list(broken.items())[:3])
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        if len(broken) > _BROKEN_SHARE * total:
            raise Refused(
                f"{self.path}: {len(broken)} of {total} pictures cannot be used ({named}{more}); "
                f"remove them (at most 1 in 100 is passed over)"
            )
        self.remarks += (f"left out {len(broken)} of {total} pictures: {named}{more}",)

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        split_of(split)
        key = {"folder": str(self.path.resolve()), "files": self._stamp, "split": split}
        key |= {"size": size, "channels": self.channels, "version": 1}
        return cache.remember(f"folder-{size}", key, lambda: self._decode(split, size))

    def _decode(self, split: str, size: int) -> ImageSet:
        files, total, broken = self._in_split(split), self.count, {}
        images = np.empty((len(files), size, size, self.channels), np.uint8)
        good = 0
        for file in files:
            try:
                images[good] = _decode_one(self.path / file, size, self.channels)
                good += 1
            except _Unreadable as reason:
                broken[file] = str(reason)
        self._refuse_or_remark(broken, total)
        return ImageSet(images[:good])

    def _in_split(self, split: str) -> list[str]:
        tops = {Path(file).parts[0] for file in self._files if len(Path(file).parts) > 1}
        if any(tops & set(names) for names in _SPLIT_FOLDERS.values()):
            return [f for f in self._files if Path(f).parts[0] in _SPLIT_FOLDERS[split]]
        return [self._files[i] for i in hold_out(self.count, split)]


class _Unreadable(Exception):
    """One picture's reason for being left out."""


class _Header:
    """What a picture says of itself before it is decoded."""

    def __init__(self, picture: Image.Image, status: os.stat_result):
        self.size, self.mode = picture.size, picture.mode
        if picture.mode == "P" and picture.palette:
            self.mode = "RGB"
        self.bytes, self.changed = status.st_size, status.st_mtime_ns


def _picture_files(path: Path) -> list[str]:
    """Picture files below a folder, as sorted relative names; links are not followed."""
    found = []

    def refuse(fault: OSError) -> None:
        raise Refused(f"{fault.filename} cannot be read: {fault.strerror}") from fault

    for folder, _, names in os.walk(path, onerror=refuse):
        for name in names:
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                found.append(os.path.relpath(os.path.join(folder, name), path))
    return sorted(found)


def _read_header(file: Path) -> _Header:
    try:
        with Image.open(file) as picture:
            header = _Header(picture, os.stat(file))
    except Exception as fault:
        # Whatever a decoder makes of a hostile file, it is this one file's fault.
        raise _Unreadable(f"not a readable picture{_because(fault)}") from fault
    if header.mode == "F":
        raise _Unreadable("holds floating-point values of unknown range")
    width, height = header.size
    if min(width, height) < SMALLEST_SIDE:
        raise _Unreadable(
            f"{width}×{height} pixels; at least {SMALLEST_SIDE}×{SMALLEST_SIDE} are needed"
        )
    if width * height > MOST_PIXELS:
        raise _Unreadable(
            f"{width}×{height} pixels; at most {MOST_PIXELS // 1_000_000} million are read"
        )
    return header


def _decode_one(file: Path, size: int, channels: int) -> np.ndarray:
    try:
        with Image.open(file) as picture:
            # A JPEG can be decoded at a fraction of its size: much quicker, same result
            # after the antialiased resize. Not below twice the target.
            picture.draft(picture.mode, (2 * size, 2 * size))
            upright = ImageOps.exif_transpose(picture)
            plain = _plain(upright, channels)
    except Exception as fault:
        raise _Unreadable(f"cannot be decoded{_because(fault)}") from fault
    return np.asarray(square(plain, size)).reshape(size, size, channels)


def _plain(picture: Image.Image, channels: int) -> Image.Image:
    """Any mode to 8-bit grey or RGB; transparency is laid over white."""
    if picture.mode in ("I", "I;16", "I;16B"):
        # 16 bits: Pillow's own conversion would clip at 255 instead of scaling.
        values = np.asarray(picture, np.float32) / 257
        if values.max() > 255:
            raise ValueError("more than 16 bits a value")
        picture = Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L" if channels == 1 else "RGB")


def _because(fault: Exception) -> str:
    """Pillow's own words where they add something (not the path, nor a memory address)."""
    words = str(fault)
    return "" if "cannot identify" in words or not words else f" ({words.splitlines()[0]})"


def open_folder(path: Path) -> FolderSource:
    """Look into a folder of pictures (headers only).

    Raises:
        Refused: it has no picture, or too many that cannot be read.
    """
    return FolderSource(path)
