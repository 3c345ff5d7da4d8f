"""Reading of picture files: headers, and pixels as 8-bit grey or RGB."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

ENDINGS = (".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp", ".avif")
ENDINGS += (".tif", ".tiff", ".pgm", ".ppm")
#: Endings of pictures that are not read, and are worth a remark.
UNREAD_ENDINGS = (".heic", ".heif", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".psd", ".jp2")
SMALLEST_SIDE = 8
MOST_PIXELS = 100_000_000
#: What transparency is laid over, and what surrounds a padded picture.
BACKGROUND = "white"

_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N")
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_LOSSLESS = ("PNG", "BMP", "GIF", "TIFF", "PPM")
# Whatever a file is called: Pillow also reads formats for which it runs other programs.
Image.init()
_FORMATS = sorted({"JPEG", "PNG", "BMP", "GIF", "WEBP", "AVIF", "TIFF", "PPM"} & Image.OPEN.keys())
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257

# `MOST_PIXELS` is checked on the header instead.
Image.MAX_IMAGE_PIXELS = None


class Unreadable(Exception):
    """A picture file that cannot be used, with the reason."""


@dataclass(frozen=True)
class Header:
    """Facts from a picture file's header."""

    #: (width, height) as it is to be viewed.
    size: tuple[int, int]
    grey: bool
    lossless: bool
    #: Bytes, and the time of its last change in nanoseconds: tell one version from another.
    stamp: tuple[int, int]


def is_picture(name: str) -> bool:
    """Whether a file has a picture's suffix and is not hidden."""
    return name.lower().endswith(ENDINGS) and not name.startswith(".")


def read_header(file: Path) -> Header:
    """Read a picture file's header.

    Raises:
        Unreadable: it is no picture, or too small, too large or of unknown range.
    """
    try:
        status = os.stat(file)
        if not stat.S_ISREG(status.st_mode):
            # To open a pipe would wait for ever.
            raise Unreadable("not a file")
        stamp = (status.st_size, status.st_mtime_ns)
        with Image.open(file, formats=_FORMATS) as picture:
            mode, (width, height) = picture.mode, _upright_size(picture)
            if mode == "P" and picture.palette:
                mode = "RGB"
            header = Header(
                (width, height), mode in _GREY_MODES, picture.format in _LOSSLESS, stamp
            )
    except Unreadable:
        raise
    except Exception as fault:
        # A decoder may raise anything for a damaged or hostile file.
        raise Unreadable(f"not a readable picture{_because(fault)}") from fault
    if mode == "F":
        raise Unreadable("holds floating-point values of unknown range")
    if min(width, height) < SMALLEST_SIDE:
        raise Unreadable(
            f"{width}×{height} pixels; at least {SMALLEST_SIDE}×{SMALLEST_SIDE} are needed"
        )
    if width * height > MOST_PIXELS:
        raise Unreadable(
            f"{width}×{height} pixels; at most {MOST_PIXELS // 1_000_000} million are read"
        )
    return header


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    """(width, height) once the picture is turned as its rotation mark says."""
    width, height = picture.size
    if picture.format == "TIFF":
        # Some versions of Pillow have turned this size already, and some have not.
        width, height = picture.tag_v2[_TIFF_WIDTH], picture.tag_v2[_TIFF_HEIGHT]
    # PNG: only if the mark was met already, as looking for it would decode the whole file.
    marked = picture.format != "PNG" or "exif" in picture.info
    if marked and picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE:
        width, height = height, width
    return width, height


def decode(file: Path, channels: int, least: tuple[int, int] | None = None) -> Image.Image:
    """Decode a picture file, upright, as 8-bit grey (channels 1) or RGB (3).

    Args:
        least: (width, height) that suffices: a JPEG is then decoded at a fraction of its
            size, though at no less than this. None: at its full size.

    Raises:
        Unreadable: it cannot be decoded.
    """
    try:
        with Image.open(file, formats=_FORMATS) as picture:
            if least:
                picture.draft(picture.mode, least)
            return plain(ImageOps.exif_transpose(picture), channels)
    except Exception as fault:
        raise Unreadable(f"cannot be decoded{_because(fault)}") from fault


def plain(picture: Image.Image, channels: int) -> Image.Image:
    """Convert an image of any mode to 8-bit grey or RGB, transparency over `BACKGROUND`."""
    if picture.mode in _SIXTEEN_BITS:
        # 16 bits: Pillow's own conversion would clip at 255 instead of scaling.
        values = np.asarray(picture, np.float32) / 257
        if values.max() > 255:
            raise ValueError("more than 16 bits a value")
        picture = Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        background = Image.new("RGBA", picture.size, BACKGROUND)
        picture = Image.alpha_composite(background, picture)
    return picture.convert("L" if channels == 1 else "RGB")


def _because(fault: Exception) -> str:
    """Pillow's message, unless it only repeats the path or a memory address."""
    words = str(fault)
    if isinstance(fault, OSError) and fault.strerror:
        words = fault.strerror
    return "" if "cannot identify" in words or not words else f" ({words.splitlines()[0]})"
