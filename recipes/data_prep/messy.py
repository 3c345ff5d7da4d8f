"""`python -m recipes.data_prep.messy`: make a messy folder of pictures, to be cleaned.

The pictures are drawn: 240 houses, as three people would have collected them. Everything
that is wrong with the folder is put into it here, on purpose.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tyro.conf import Positional

from data import worlds
from data.command import read_flags, run_program
from data.errors import Refused

COUNT = 240
_SIDE = 128
_SIDEWAYS = 6  # of the EXIF mark: to be turned a quarter clockwise for viewing
_ORIENTATION = 0x0112


@dataclass
class Flags:
    """Make a folder of pictures with all that is usually wrong with one."""

    folder: Positional[Path] = Path("messy")
    """The new folder."""


def main() -> int:
    """Make the folder; returns the exit code."""
    return run_program(lambda: _run(sys.argv[1:]))


def _run(arguments: list[str]) -> None:
    flags = read_flags(Flags, arguments, program="python -m recipes.data_prep.messy")
    if flags.folder.exists():
        raise Refused(f"{flags.folder} is there already")
    make(flags.folder)
    print(f"{flags.folder}: three collections of houses, and what came with them")


def make(folder: Path) -> None:
    """Put the pictures, and what is wrong with them, into a new folder."""
    houses = worlds.get("houses").draw(np.arange(COUNT), _SIDE).samples
    for number, pixels in enumerate(houses):
        name, picture, options = _as_collected(number, Image.fromarray(pixels))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, **options)
    _spoil(folder, houses)


def _as_collected(number: int, picture: Image.Image) -> tuple[str, Image.Image, dict]:
    """Who collected a picture, and in which format, shape and rotation they kept it."""
    wide, high = picture.crop((0, 16, 128, 112)), picture.crop((12, 0, 116, 128))
    match number % 8:
        case 0 | 1 | 2:
            return f"camera/DSC_{number:04}.JPG", wide, {"quality": 90}
        case 3 | 4:
            exif = Image.Exif()
            exif[_ORIENTATION] = _SIDEWAYS
            turned = high.transpose(Image.Transpose.ROTATE_90)
            return f"phone/IMG_{number:04}.jpg", turned, {"exif": exif, "quality": 85}
        case 5:
            return f"phone/Screenshot {number}.png", _with_round_corners(picture), {}
        case 6:
            return f"scans/Häuser {number}.tif", wide.convert("CMYK"), {}
        case _:
            return f"scans/{number}.gif", picture.quantize(128), {}


def _with_round_corners(picture: Image.Image) -> Image.Image:
    """What a telephone calls a screenshot: transparent at its corners."""
    rows, columns = np.indices(picture.size[::-1]) - (_SIDE - 1) / 2
    outside = np.hypot(np.abs(rows).clip(40) - 40, np.abs(columns).clip(40) - 40) > 24
    picture = picture.convert("RGBA")
    picture.putalpha(Image.fromarray(np.where(outside, 0, 255).astype(np.uint8)))
    return picture


def _spoil(folder: Path, houses: np.ndarray) -> None:
    """Copies, smaller and saved again; files that are broken, and files that are no pictures."""
    # Of number 40 the original is held out for testing, and the copy is not.
    for number in (2, 9, 40, 57, 130):
        small = Image.fromarray(houses[number, 16:112]).resize((96, 72))
        small.save(folder / "phone" / f"received_{number}.jpg", quality=70)
    whole = io.BytesIO()
    Image.fromarray(houses[0]).save(whole, "JPEG")
    (folder / "phone" / "IMG_0998.jpg").write_bytes(whole.getvalue()[:1500])
    (folder / "scans" / "list of houses.jpg").write_text("1. The white one by the church\n")
    Image.fromarray(houses[1]).resize((4, 4)).save(folder / "scans" / "thumbnail.png")
    (folder / "camera" / "Thumbs.db").write_bytes(bytes(512))
    (folder / "camera" / ".DS_Store").write_bytes(bytes(64))


if __name__ == "__main__":
    sys.exit(main())
