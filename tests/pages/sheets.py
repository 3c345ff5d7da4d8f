"""Sheets of pictures with headings, large enough to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

_GAP, _HEAD = 6, 24
_INK, _SIZE = "#222222", 14
#: Pixels a side of a tile, at least.
TILE = 128


def headed(
    rows: Sequence[Sequence[np.ndarray]],
    heads: Sequence[str],
    names: Sequence[str] = (),
    narrow: Sequence[int] = (),
    tile: int = TILE,
) -> Image.Image:
    """Lay out pictures in columns with a heading each.

    Args:
        rows: uint8 H×W×C each; None leaves a place empty. Small ones are enlarged by a whole
            factor, so that their pixels stay squares.
        heads: Of the columns; "" for none.
        names: Of the rows, to their left.
        narrow: Columns that hold nothing, and are a gap.
        tile: Pixels that a picture is high at least.
    """
    tiles = [[None if p is None else enlarged(p, tile) for p in row] for row in rows]
    width, height = next(p for row in tiles for p in row if p is not None).size
    left = max((_width(name) for name in names), default=0) + (2 * _GAP if names else 0)
    widths = [_GAP if column in narrow else width for column in range(len(heads))]
    places = [left + sum(widths[:column]) + column * _GAP for column in range(len(heads))]
    top = _HEAD if any(heads) else 0
    size = (places[-1] + widths[-1], top + len(rows) * (height + _GAP) - _GAP)
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for place, wide, head in zip(places, widths, heads, strict=True):
        pen.text((place + wide // 2, top // 2), head, _INK, _font(), anchor="mm")
    for row, pictures in enumerate(tiles):
        y = top + row * (height + _GAP)
        if names:
            pen.text((0, y + height // 2), names[row], _INK, _font(), anchor="lm")
        for place, picture in zip(places, pictures, strict=True):
            if picture is not None:
                sheet.paste(picture, (place, y))
    return sheet


def enlarged(picture: np.ndarray, tile: int) -> Image.Image:
    """Enlarge a picture by the least whole factor that makes it `tile` pixels high."""
    pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    pixels = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    factor = max(1, -(-tile // len(pixels)))
    return Image.fromarray(np.ascontiguousarray(pixels.repeat(factor, 0).repeat(factor, 1)))


def tiles_of(sheet: Path, side: int | tuple[int, int], gap: int = 2) -> list[list[np.ndarray]]:
    """Cut a run's sheet into its pictures again: rows of uint8 H×W×C.

    Args:
        sheet: As `data.sheet.grid` draws it.
        side: Pixels of one picture on it, or (height, width).
    """
    height, width = (side, side) if isinstance(side, int) else side
    with Image.open(sheet) as file:
        pixels = np.asarray(file.convert("RGB"))
    return [
        [
            pixels[y : y + height, x : x + width]
            for x in range(0, pixels.shape[1] - width + 1, width + gap)
        ]
        for y in range(0, pixels.shape[0] - height + 1, height + gap)
    ]


def titled(picture: Image.Image, title: str) -> Image.Image:
    """Set a title above a picture."""
    sheet = Image.new("RGB", (picture.width, picture.height + _HEAD), "white")
    sheet.paste(picture, (0, _HEAD))
    pen = ImageDraw.Draw(sheet)
    pen.text((picture.width // 2, _HEAD // 2), title, _INK, _font(), anchor="mm")
    return sheet


def keyed(picture: Image.Image, key: Sequence[tuple[str, str]]) -> Image.Image:
    """Set a key of colours below a picture: a spot of each with its word."""
    sheet = Image.new("RGB", (picture.width, picture.height + _HEAD), "white")
    sheet.paste(picture, (0, 0))
    pen, font = ImageDraw.Draw(sheet), _font(12)
    wide = sum(20 + font.getlength(word) for _, word in key) + 12 * (len(key) - 1)
    x, y = (picture.width - wide) / 2, picture.height + _HEAD // 2
    for colour, word in key:
        pen.ellipse((x, y - 5, x + 10, y + 5), fill=colour, outline="#888888")
        pen.text((x + 16, y), word, _INK, font, anchor="lm")
        x += 32 + font.getlength(word)
    return sheet


def in_rows(pictures: Sequence[Image.Image], columns: int) -> Image.Image:
    """Place pictures of one size beside and below each other."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    sheet = Image.new(
        "RGB", (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP), "white"
    )
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        sheet.paste(picture, (column * (width + _GAP), row * (height + _GAP)))
    return sheet


@cache
def _font(size: int = _SIZE):
    # Pillow's own has neither arrows nor a minus.
    return ImageFont.truetype(findfont("DejaVu Sans"), size)


def _width(text: str) -> int:
    return int(_font().getlength(text))
