"""Pictures of a file or a folder, fitted to the size that a network takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from common.translation.pictures import InputImage, Inputs, read_inputs
from data.errors import Refused
from data.listing import printable
from data.resize import Size, all_fitted

#: Pictures that are read at once, at most.
MOST = 1000


def read_fitted(
    place: str, size: Size, channels: int, fit: str = "crop", flag: str = "--input"
) -> tuple[tuple[str, ...], np.ndarray]:
    """Read pictures at the size that a network takes; of moving ones, the first frame.

    Pictures of a folder that cannot be used are named and left out.

    Args:
        place: A file, a folder, or "-" for standard input.
        size: Pixels a side, or (height, width).
        channels: 1 for grey, 3 for RGB.
        fit: As `data.resize.fitted` has it.
        flag: The flag that names the place.

    Returns:
        What each is called, without an ending, and uint8 N×H×W×C.

    Raises:
        Refused: there is no picture, the only one cannot be read, or there are too many.
    """
    names, found = [], []
    inputs = read_inputs(place, channels, flag=flag)
    for note in inputs.notes:
        print(f"note: {note}", file=sys.stderr)
    for picture, pixels in each_fitted(inputs, size, fit):
        names.append(_unused(picture.name.replace("/", "-"), names))
        found.append(pixels)
        if len(found) > MOST:
            raise Refused(f"{flag} {printable(place)}: more than {MOST} pictures; legal are less")
    if not found:
        raise Refused(f"{flag} {printable(place)}: none of its pictures can be used")
    return tuple(names), np.stack(found)


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
