"""Pictures of a user's: queries, and a gallery of known ones."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from common.run.loaded import LoadedRun
from common.translation.chosen import WHOLE
from common.translation.fitted import fitting_note
from common.translation.pictures import read_inputs
from data.errors import Refused
from data.listing import printable
from data.resize import all_fitted


@dataclass(frozen=True)
class Known:
    """Picture at the size that the networks take."""

    #: Relative to the folder that was named, or the file itself.
    place: str
    #: uint8 H×W×C.
    pixels: np.ndarray


@dataclass(frozen=True)
class Gallery:
    """Known pictures, with a name each."""

    pictures: list[Known]
    names: list[str]

    @classmethod
    def read(cls, place: str, loaded: LoadedRun) -> Gallery:
        """Read a gallery: a picture for each name, or a folder of pictures for each.

        Raises:
            Refused: no picture can be read.
        """
        pictures = read_all(place, loaded, "--gallery")
        if not pictures:
            raise Refused(f"--gallery {printable(place)}: no picture that can be read")
        return cls(pictures, [name_of(picture.place) for picture in pictures])


def name_of(place: str) -> str:
    """Return whom a gallery's file shows: its folder's name, or its own without the ending."""
    path = PurePath(place)
    return printable(path.parts[0] if len(path.parts) > 1 else path.stem)


def read_all(place: str, loaded: LoadedRun, flag: str, only: bool = False) -> list[Known]:
    """Read the pictures of a file or folder as in training; says what was resized, cut or left out.

    Args:
        place: The file or folder.
        loaded: The run, for size, channels, levels and the way to fit other shapes.
        flag: The flag that named it.
        only: Whether a folder is refused.

    Raises:
        Refused: there is no picture, or the only one cannot be read.
    """
    config = loaded.config
    if only and Path(place).expanduser().is_dir():
        raise Refused(f"{flag} {printable(place)}: a folder; legal are two pictures")
    inputs = read_inputs(place, config.channels, WHOLE, levels=loaded.levels(), flag=flag)
    size, found, shapes = config.image_size, [], []
    for read in inputs:
        if isinstance(read, str):
            print(f"note: left out of {flag} {printable(place)}: {read}", file=sys.stderr)
            continue
        pixels = read.frames[0]
        shapes.append(pixels.shape[:2])
        small = all_fitted(pixels[None], size, config.fit)[0]
        found.append(Known(place if inputs.path.is_file() else read.name, small))
    if told := fitting_note(place, shapes, size, config.fit):
        print(told, file=sys.stderr)
    return found
