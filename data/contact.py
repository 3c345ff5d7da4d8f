"""Contact sheets of sample sets."""

from __future__ import annotations

import numpy as np
from PIL import Image

from data.figure import scatter
from data.resize import all_fitted
from data.samples import SampleSet
from data.sheet import grid
from data.voxels import turned, views

#: Milliseconds that each frame of a turntable is shown.
TURN = 110


def sheet_of(pictures: SampleSet, across: int = 1040) -> Image.Image:
    """Draw a contact sheet of a sample set; samples stand to the right of their inputs.

    Args:
        across: How many pixels wide the sheet may be, if it holds more than one picture.
    """
    if pictures.kind == "points":
        return scatter(pictures.samples)
    if pictures.derive is not None:
        pictures = pictures.take(np.arange(len(pictures)))
    images = views(pictures.samples) if pictures.kind == "voxels" else pictures.samples
    if pictures.inputs is not None:
        inputs = all_fitted(pictures.inputs, images.shape[1:3])
        channels = max(images.shape[-1], inputs.shape[-1])
        both = [np.broadcast_to(i, (*i.shape[:3], channels)) for i in (inputs, images)]
        images = np.concatenate(both, axis=2)
    return grid(images, across=across)


def turntable(pictures: SampleSet, across: int = 1040) -> list[Image.Image]:
    """Draw a contact sheet of voxels from all sides: a frame for each 15 degrees."""
    frames = turned(pictures.samples, range(0, 360, 15))
    return [grid(frame, across=across).convert("RGB") for frame in frames]


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Place two sheets side by side."""
    sheet = Image.new(
        "RGB", (left.width + 16 + right.width, max(left.height, right.height)), "white"
    )
    sheet.paste(left, (0, 0))
    sheet.paste(right, (left.width + 16, 0))
    return sheet
