"""Reading of picture files: headers, and pixels as 8-bit grey or RGB."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from data import deep
from data.disk import pass_on_failure
from data.levels import SIXTEEN_BITS, UNCHANGED, Levels, extremes, scaled, within

ENDINGS = (".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".apng", ".bmp", ".gif", ".webp")
ENDINGS += (".avif", ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm")
SMALLEST_SIDE = 8
MOST_PIXELS = 100_000_000
#: What transparency is laid over, and what surrounds a padded picture.
BACKGROUND = "white"

_GREY_MODES = ("1", "L", "LA", "La")
# Formats that can be decoded at a fraction of their size; MPO is a JPEG with others behind it.
_DRAFTED = ("JPEG", "MPO")
_LOSSLESS = ("PNG", "BMP", "GIF", "TIFF", "PPM")
# Whatever a file is called: Pillow also reads formats for which it runs other programs.
Image.init()
_FORMATS = sorted({"JPEG", "PNG", "BMP", "GIF", "WEBP", "AVIF", "TIFF", "PPM"} & Image.OPEN.keys())
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
# Formats in which further pictures are pages or frames. (A telephone's JPEG has others, too:
# the same one again, smaller or as a map of its brightness.)
_WITH_PAGES = ("PNG", "GIF", "WEBP", "AVIF", "TIFF")

# `MOST_PIXELS` is checked on the header instead.
Image.MAX_IMAGE_PIXELS = None
# Some programs write all that they know into a picture: Pillow's limit is 1 MB.
PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY = 1 << 26, 1 << 28


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
    #: Whether its values are others than 8 bits, unsigned; and whether they are floating-point.
    deep: bool = False
    floating: bool = False
    #: Whether it has colours of 16 bits a value, of which the lower 8 are not read.
    cut_to_8: bool = False
    #: How many pictures it holds, of which the first is read.
    pages: int = 1
    #: What its colour profile is called; "" if it has none, or sRGB.
    profile: str = ""


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
            is_deep = deep.is_deep(picture)
            header = Header(
                (width, height),
                mode in _GREY_MODES or is_deep,
                picture.format in _LOSSLESS,
                stamp,
                is_deep,
                mode == "F",
                not is_deep and any(";16" in str(tile[3]) for tile in picture.tile),
                getattr(picture, "n_frames", 1) if picture.format in _WITH_PAGES else 1,
                _profile_of(picture.info.get("icc_profile") or b""),
            )
    except Unreadable:
        raise
    except Exception as fault:
        # A decoder may raise anything for a damaged or hostile file.
        raise Unreadable(f"not a readable picture{_because(fault)}") from fault
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
    if marked and _orientation(picture) in _ON_ITS_SIDE:
        width, height = height, width
    return width, height


def _orientation(picture: Image.Image) -> int:
    """The rotation mark, 1 to 8; 1 where it cannot be read, as the pixels still can."""
    try:
        mark = int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        # Whatever is wrong with what a camera or an editor wrote beside the pixels.
        return 1
    return mark if mark in _TURNS else 1


@lru_cache(64)
def _profile_of(content: bytes) -> str:
    """What a colour profile is called; "" for none, for sRGB, and for a damaged one."""
    if not content:
        return ""
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(content)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return ""
    name = " ".join(name.split())
    return "" if "srgb" in name.lower() or name.startswith("IEC 61966-2") else name or "unnamed"


def decode(
    file: Path,
    channels: int,
    least: tuple[int, int] | None = None,
    levels: Levels | None = None,
) -> Image.Image:
    """Decode a picture file, upright, as 8-bit grey (channels 1) or RGB (3).

    Args:
        least: (width, height) that suffices: a JPEG is then decoded at a fraction of its
            size, though at no less than this. None: at its full size.
        levels: The values that become 0 and 255, or None; see `plain`.

    Raises:
        Unreadable: it cannot be decoded, or without `levels` it has values that nothing is
            known of.
        EnvironmentFailure: the disk failed.
    """
    with _opened(file) as picture:
        if least and picture.format in _DRAFTED:
            # As it is stored: it is turned below.
            turned = _orientation(picture) in _ON_ITS_SIDE
            picture.draft(picture.mode, least[::-1] if turned else least)
        # The pixels first: in some formats they stand before the rotation mark.
        picture.load()
        mark = _orientation(picture)
        pixels = plain(picture, channels, levels)
        # Nothing else is touched: Pillow's own function writes all marks anew, and fails at
        # those that it cannot write.
        return pixels.transpose(_TURNS[mark]) if mark in _TURNS else pixels


def decode_values(file: Path, channels: int) -> tuple[np.ndarray, float]:
    """Decode a picture file's own values, and the largest one that the file declares.

    Returns:
        H×W of a deep picture, not turned; uint8 of any other, with the given channels. And
        0 where nothing is declared.

    Raises:
        Unreadable: it cannot be decoded.
        EnvironmentFailure: the disk failed.
    """
    with _opened(file) as picture:
        if deep.is_deep(picture):
            most = deep.declared(picture)
            return deep.values_of(picture), most
        return np.asarray(plain(picture, channels)), 0


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """An opened picture file; whatever its decoder raises becomes Unreadable.

    What the machine fails at is no fault of the file, and is never kept as one.
    """
    try:
        with Image.open(file, formats=_FORMATS) as picture:
            yield picture
    except (Unreadable, MemoryError):
        raise
    except Exception as fault:
        pass_on_failure(fault, file)
        raise Unreadable(f"cannot be decoded{_because(fault)}") from fault


def plain(picture: Image.Image, channels: int, levels: Levels | None = None) -> Image.Image:
    """Convert an image of any mode to 8-bit grey or RGB, transparency over `BACKGROUND`.

    Args:
        levels: The values that become 0 and 255; None: of 8 bits those, of more 0 and 65535.
            Those of more than 8 bits say nothing of a picture of 8, which stays as it is.

    Raises:
        Unreadable: without `levels`, values that are floating-point or outside 16 bits.
    """
    if deep.is_deep(picture):
        return _from_deep(picture, channels, levels)
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        background = Image.new("RGBA", picture.size, BACKGROUND)
        picture = Image.alpha_composite(background, picture)
    picture = picture.convert("L" if channels == 1 else "RGB")
    if levels is None or levels == UNCHANGED or not within(levels, UNCHANGED):
        return picture
    return picture.point(scaled(np.arange(256), levels).tolist() * channels)


def _from_deep(picture: Image.Image, channels: int, levels: Levels | None) -> Image.Image:
    """Convert a deep picture; its transparent value is laid over `BACKGROUND`."""
    values, transparent = deep.values_of(picture), picture.info.get("transparency")
    if levels is None:
        low, high = extremes(values)
        if values.dtype.kind == "f" or not within((low, high), SIXTEEN_BITS):
            raise Unreadable(
                f"values from {low:g} to {high:g}, and nothing says which are black and white"
            )
    grey = Image.fromarray(scaled(values, levels or SIXTEEN_BITS))
    if isinstance(transparent, int):
        grey.paste(BACKGROUND, mask=Image.fromarray(values == transparent))
    return grey if channels == 1 else grey.convert("RGB")


def _because(fault: Exception) -> str:
    """Pillow's message, unless it only repeats the path or a memory address."""
    words = str(fault)
    if isinstance(fault, OSError) and fault.strerror:
        words = fault.strerror
    return "" if "cannot identify" in words or not words else f" ({words.splitlines()[0]})"
