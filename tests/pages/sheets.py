"""Sheets of pictures with headings, large enough to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP, _HEAD = 6, 24
_INK, _SIZE = "#222222", 15
#: Pixels a side of a tile, at least.
TILE = 128


def headed(
    rows: Sequence[Sequence[np.ndarray]],
    heads: Sequence[str],
    names: Sequence[str] = (),
    foot: str = "",
    tile: int = TILE,
) -> Image.Image:
    """Lay out pictures in columns with a heading each.

    Args:
        rows: uint8 H×W×C each; None leaves a place empty. Small ones are enlarged by a whole
            factor, so that their pixels stay squares.
        heads: Of the columns; "" for none.
        names: Of the rows, to their left.
        foot: A line below: what step, which seed.
        tile: Pixels that a picture is high at least.
    """
    tiles = [[None if p is None else enlarged(p, tile) for p in row] for row in rows]
    some = next(p for row in tiles for p in row if p is not None)
    width, height = some.size
    left = max((_width(name) for name in names), default=0) + (2 * _GAP if names else 0)
    across = left + len(heads) * (width + _GAP) - _GAP
    top = _HEAD if any(heads) else 0
    size = (across, top + len(rows) * (height + _GAP) - _GAP + (_HEAD if foot else 0))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for column, head in enumerate(heads):
        x = left + column * (width + _GAP) + width // 2
        pen.text((x, top // 2), head, _INK, _font(), anchor="mm")
    for row, pictures in enumerate(tiles):
        y = top + row * (height + _GAP)
        if names:
            pen.text((0, y + height // 2), names[row], _INK, _font(), anchor="lm")
        for column, picture in enumerate(pictures):
            if picture is not None:
                sheet.paste(picture, (left + column * (width + _GAP), y))
    if foot:
        pen.text((left, size[1] - _HEAD // 2), foot, "#666666", _font(13), anchor="lm")
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


def _font(size: int = _SIZE):
    return ImageFont.load_default(size)


def _width(text: str) -> int:
    return int(_font().getlength(text))
