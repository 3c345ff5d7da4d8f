"""Pictures of a file or a folder, fitted to the size that a network takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from common.translation.pictures import InputImage, Inputs, read_inputs
from data.errors import Refused
from data.levels import Levels
from data.listing import printable
from data.plurals import number_of
from data.resize import Size, all_fitted, height_and_width

#: Pictures that are read at once, at most.
MOST = 1000


def read_fitted(
    place: str,
    size: Size,
    channels: int,
    fit: str = "crop",
    flag: str = "--input",
    levels: Levels | None = None,
) -> tuple[tuple[str, ...], np.ndarray]:
    """Read pictures at the size that a network takes; of moving ones, the first frame.

    Pictures of a folder that cannot be used are named and left out, and how many had another size
    is told.

    Args:
        place: A file, a folder, or "-" for standard input.
        size: Pixels a side, or (height, width).
        channels: 1 for grey, 3 for RGB.
        fit: As `data.resize.fitted` has it.
        flag: The flag that names the place.
        levels: The values that become 0 and 255, as in the run's training; None: its pictures
            had 8 bits.

    Returns:
        What each is called, without an ending, and uint8 N×H×W×C.

    Raises:
        Refused: there is no picture, the only one cannot be read, or there are too many.
    """
    names, found, shapes = [], [], []
    inputs = read_inputs(place, channels, levels=levels, flag=flag)
    for note in inputs.notes:
        print(f"note: {note}", file=sys.stderr)
    for picture, pixels in each_fitted(inputs, size, fit):
        names.append(_unused(picture.name.replace("/", "-"), names))
        found.append(pixels)
        shapes.append(picture.frames[0].shape[:2])
        if len(found) > MOST:
            raise Refused(f"{flag} {printable(place)}: more than {MOST} pictures; legal are less")
    if not found:
        raise Refused(f"{flag} {printable(place)}: none of its pictures can be used")
    if told := fitting_note(place, shapes, size, fit):
        print(told, file=sys.stderr)
    return tuple(names), np.stack(found)


def fitting_note(place: str, shapes: Sequence[tuple[int, int]], size: Size, fit: str) -> str:
    """Return a note on pictures that had to be fitted, in words; "" where all had the size.

    Args:
        place: Where they are.
        shapes: Height and width of each, as it was.
        size, fit: As for `read_fitted`.
    """
    height, width = height_and_width(size)
    scaled = [(h, w) for h, w in shapes if (h, w) != (height, width)]
    if not scaled:
        return ""
    cut = sum(h * width != w * height for h, w in scaled)
    how = "cut to the middle" if fit == "crop" else "padded"
    to = f"brought to {width}×{height} pixels"
    if len(shapes) == 1:
        also = f" and {how}" if cut else ""
        return f"note: {printable(place)} is {to}{also}, as in training"
    also = f", {cut} of them {how}" if cut else ""
    return (
        f"note: of {printable(place)}, {number_of(len(scaled), 'pictures')} {to}{also}, as in "
        "training"
    )


def each_fitted(inputs: Inputs, size: Size, fit: str) -> Iterator[tuple[InputImage, np.ndarray]]:
    """Yield each usable picture, and it fitted, uint8 H×W×C; others are named and left out."""
    for picture in inputs:
        if isinstance(picture, str):
            print(f"left out: {picture}", file=sys.stderr)
        else:
            yield picture, all_fitted(picture.frames[0][None], size, fit)[0]


def _unused(file: str, names: list[str]) -> str:
    """A file's name without its ending; with it, where another picture has that name."""
    stem = Path(file).stem
    return file if stem in names else stem
