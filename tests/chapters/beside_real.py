"""Made pictures beside real ones."""

from __future__ import annotations

import numpy as np
from PIL import Image

import data
from tests.pages import sheets


def beside_real(made: list[np.ndarray], spec: str, side: int, rows: int, each: int) -> Image.Image:
    """Made pictures, and as many real ones that were held out, to their right.

    Args:
        made: uint8 H×W×C each.
        spec: The data set that they were learned from.
        side: Pixels a side at which it was learned.
        rows: Rows of the sheet.
        each: Pictures of either kind in a row.
    """
    real = data.find(spec).load("test", side, rows * each, 0).samples
    lines = [
        [*made[row * each : (row + 1) * each], None, *real[row * each : (row + 1) * each]]
        for row in range(rows)
    ]
    heads = [""] * (2 * each + 1)
    heads[each // 2], heads[each + 1 + each // 2] = "made", "real"
    return sheets.headed(lines, heads, narrow=(each,))
