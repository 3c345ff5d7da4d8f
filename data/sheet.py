"""Grids of pictures, written without a timestamp or a path in the file, and marked as made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from data.errors import Refused
from data.files import atomic_write
from data.own import marking

_GAP = 2
_LEGIBLE = 64
# Pixels a side that a format, or its library, holds.
_MOST = {".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}


def grid(
    pixels: np.ndarray,
    columns: int | None = None,
    numbered: bool = False,
    across: int | None = None,
) -> Image.Image:
    """Lay out pictures in a grid, as square as their number allows.

    Small pictures are enlarged by a whole factor, to 64 pixels or more.

    Args:
        pixels: uint8 N×H×W×C, C 1 or 3.
        columns: Pictures a row.
        numbered: Write each picture's number, from 0, into its corner.
        across: How many pixels wide the sheet may be, where no `columns` are given.
    """
    count, height, width, channels = pixels.shape
    scale = max(1, -(-_LEGIBLE // max(height, width)))
    height, width = height * scale, width * scale
    if columns is None and across is not None:
        columns = max(1, min(count, (across + _GAP) // (width + _GAP)))
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    mode = "L" if channels == 1 else "RGB"
    size = (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    sheet = Image.new(mode, size, "white")
    pen = ImageDraw.Draw(sheet)
    for index, picture in enumerate(pixels):
        large = picture.repeat(scale, 0).repeat(scale, 1)
        left, top = index % columns * (width + _GAP), index // columns * (height + _GAP)
        sheet.paste(Image.fromarray(large[..., 0] if channels == 1 else large), (left, top))
        if numbered:
            box = pen.textbbox((left + 2, top + 1), str(index))
            pen.rectangle((left, top, box[2] + 1, box[3] + 1), fill="white")
            pen.text((left + 2, top + 1), str(index), fill="black")
    return sheet


def side_by_side(*columns: np.ndarray, across: int = 2) -> Image.Image:
    """Pictures in rows, those of one index beside each other.

    Args:
        columns: uint8 N×H×W×C each, C 1 or 3.
        across: How many indices share a row.
    """
    channels = max(column.shape[-1] for column in columns)
    pixels = [np.broadcast_to(c, (*c.shape[:3], channels)) for c in columns]
    together = np.stack(pixels, axis=1).reshape(-1, *pixels[0].shape[1:3], channels)
    return grid(together, columns=len(columns) * across)


def save(picture: Image.Image, path: Path) -> None:
    """Write an image atomically, with this program's mark; the suffix gives the format.

    Raises:
        Refused: it is larger than the format holds.
    """
    _check_size(picture, path)
    with atomic_write(path) as tmp:
        # The smallest file takes seconds to find for a large sheet.
        small = picture.width * picture.height < 1_000_000
        picture.save(tmp, optimize=small, **marking(path.suffix))


def save_moving(frames: list[Image.Image], path: Path, durations: int | list[int]) -> None:
    """Write an animated WebP atomically, with this program's mark; it goes on for ever.

    Args:
        durations: Milliseconds that each frame is shown, or all alike.

    Raises:
        Refused: the frames are larger than the format holds.
    """
    _check_size(frames[0], path)
    with atomic_write(path) as tmp:
        frames[0].save(
            tmp,
            **{"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0},
            **{"quality": 70, **marking(path.suffix)},
        )


def _check_size(picture: Image.Image, path: Path) -> None:
    most = _MOST.get(path.suffix.lower())
    if most is not None and max(picture.size) > most:
        raise Refused(
            f"{path}: a sheet of {picture.width:,}×{picture.height:,} pixels; {path.suffix} holds "
            f"{most:,} a side, .png any"
        )
