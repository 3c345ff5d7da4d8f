"""Sheets that show pictures beside their translations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from common.commands.made import Made
from common.translation.pictures import picture_of
from data.sheet import side_by_side

# Pixels a side of a picture on a sheet of pictures of several sizes, at most.
_LARGEST = 256


@dataclass(frozen=True)
class Translated(Made):
    """Translations of pictures of one size; those pictures are `inputs["input"]`."""

    title: str = "translated"
    #: The right answers, uint8 N×H×W×C, where they are known.
    real: np.ndarray | None = None

    def sheet(self) -> Image.Image:
        """Draw inputs, translations and right answers beside each other."""
        right = [] if self.real is None else [self.real]
        return side_by_side(self.inputs["input"], self.samples, *right)

    def arrays(self) -> dict[str, np.ndarray]:
        """As `Made.arrays`, with the right answers as `real`."""
        return super().arrays() | ({} if self.real is None else {"real": self.real})


def row_of(before: np.ndarray, after: np.ndarray) -> Image.Image:
    """Draw a picture with its translation to the right of it, reduced if it is large.

    Args:
        before, after: uint8 H×W×C and H×W×C'.
    """
    row = Image.new("RGB", (2 * before.shape[1] + 2, before.shape[0]), "white")
    for place, pixels in ((0, before), (before.shape[1] + 2, after)):
        row.paste(picture_of(pixels), (place, 0))
    row.thumbnail((2 * _LARGEST, _LARGEST))
    return row


def stacked(rows: list[Image.Image]) -> Image.Image:
    """Stack rows below each other."""
    height = sum(row.height + 2 for row in rows) - 2
    sheet = Image.new("RGB", (max(row.width for row in rows), height), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height + 2
    return sheet
