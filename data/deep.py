"""Pixels of grey pictures that are not 8 bits each: more bits, signed, or floating-point."""

from __future__ import annotations

import numpy as np
from PIL import Image

_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
# TIFF's tags, and what they may say.
_BITS, _PHOTOMETRIC, _KIND = 258, 262, 339
_WHITE_IS_ZERO, _SIGNED = 0, 2


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture's values are others than 8 bits, unsigned."""
    return picture.mode in _MODES or (picture.mode == "L" and _is_signed(picture))


def declared(picture: Image.Image) -> float:
    """The largest value that a deep picture's file says there may be; 0 where it says nothing.

    That a value has 16 bits says nothing: most files hold fewer in as many.
    """
    if picture.format == "PPM":
        # Pillow brings values with another largest one than 65535 to that.
        return 0 if picture.tile and picture.tile[0][0] == "raw" else 65535
    bits = _tag(picture, _BITS, 16)
    return 2**bits - 1 if bits < 16 and not _is_signed(picture) else 0


def values_of(picture: Image.Image) -> np.ndarray:
    """The values of a deep picture, H×W, of a kind that holds them all; 0 is black."""
    # Before the pixels are read, with which some of the tags go.
    bits, signed = _tag(picture, _BITS, 16), _is_signed(picture)
    inverted = _tag(picture, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    values = np.asarray(picture)
    if values.dtype.kind == "f":
        return -values if inverted else values
    if signed and values.dtype == np.uint8:
        values = values.view(np.int8)
    elif bits == 32 and not signed:
        values = values.view(np.uint32)
    return 2**bits - 1 - values.astype(np.int64) if inverted else values


def _is_signed(picture: Image.Image) -> bool:
    return _tag(picture, _KIND, 1) == _SIGNED


def _tag(picture: Image.Image, number: int, default: int) -> int:
    """The first value of a TIFF's tag; the default where there is none."""
    value = getattr(picture, "tag_v2", {}).get(number, default)
    return value[0] if isinstance(value, tuple) else value
