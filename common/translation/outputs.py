"""Output files of translations, which never replace an input or each other."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from common.commands.made import writing
from common.translation.pictures import (
    ENDINGS,
    MOVING_ENDINGS,
    STANDARD,
    InputImage,
    write,
    write_to_standard_output,
)
from common.translation.sheet import row_of, stacked
from data.errors import Refused
from data.listing import printable

# More pictures than these are written, but not shown on the sheet.
_ON_SHEET = 32
_SHEET = "side-by-side.png"


def is_folder(place: str) -> bool:
    """Return whether the input is a folder of pictures."""
    return place != STANDARD and Path(place).expanduser().is_dir()


def check_out(place: str | None, out: Path | None) -> None:
    """Refuse an `--out` that does not suit an `--input`."""
    if str(out) == STANDARD:
        if place is None or is_folder(place):
            raise Refused("--out -: legal with --input and one picture")
    elif out is None:
        pass
    elif place is None:
        if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
            raise Refused(f"--out {out}: legal is a picture file, without --input")
    elif out.is_dir():
        if is_folder(place) and out.samefile(Path(place).expanduser()):
            raise Refused(f"--out {out}: would be written over what is read")
    elif is_folder(place) and out.suffix.lower() in ENDINGS:
        raise Refused(f"--out {out}: legal is a folder, as --input is one")
    elif not is_folder(place) and out.suffix and out.suffix.lower() not in ENDINGS:
        raise Refused(f"--out {out}: legal endings are {' '.join(ENDINGS)}")


class Outputs:
    """Writer of translations, one after the other, and of a sheet of the first ones.

    An unusable picture of a folder is left out; an unusable single picture is an error.

    Args:
        place: What was read: a file, a folder, or "-".
        out: Where to write: a file, a folder, or "-".
    """

    def __init__(self, place: str, out: Path):
        self._place, self._out = place, out
        self._several = is_folder(place)
        self._to_file = not self._several and out.suffix != "" and not out.is_dir()
        self._written, self._rows, self._reasons = [], [], []

    def leave_out(self, reason: Refused) -> None:
        """Leave out a picture.

        Raises:
            Refused: the reason, where there is one picture only.
        """
        if not self._several:
            raise reason
        self._reasons.append(str(reason))

    def add(self, image: InputImage, frames: list[np.ndarray]) -> None:
        """Write the translation of a picture.

        Args:
            image: What was read.
            frames: uint8 H×W×C, one for each of its own.

        Raises:
            Refused: it cannot be written so, where there is one picture only.
            EnvironmentFailure: the disk does not take it.
        """
        if str(self._out) == STANDARD:
            write_to_standard_output(image, frames)
            return
        path = self._out if self._to_file else self._out / image.name
        try:
            self._write(image, frames, path)
        except Refused as no:
            self.leave_out(no)
            return
        if image.remark:
            print(image.remark, file=sys.stderr)
        self._written.append(path)
        if len(self._rows) < _ON_SHEET:
            self._rows.append(row_of(image.frames[0], frames[0]))

    def _write(self, image: InputImage, frames: list[np.ndarray], path: Path) -> None:
        if path in self._written:
            raise Refused(f"{image.name}: another picture's translation has this name")
        if self._place != STANDARD and path.exists() and path.samefile(self._source(image)):
            raise Refused(f"--out {path}: would be written over what is read")
        if len(frames) > 1 and path.suffix.lower() not in MOVING_ENDINGS:
            raise Refused(
                f"--out {path}: {len(frames)} frames; legal endings are {' '.join(MOVING_ENDINGS)}"
            )
        with writing(path):
            try:
                write(image, frames, path)
            except ValueError as fault:
                raise Refused(f"{image.name} cannot be written: {fault}") from fault

    def _source(self, image: InputImage) -> Path:
        place = Path(self._place).expanduser()
        return place / image.name if self._several else place

    def tell_left_out(self) -> None:
        """Print which pictures were left out, and why."""
        for reason in self._reasons:
            print(f"left out: {reason}", file=sys.stderr)

    def close(self) -> None:
        """Write the sheet, and tell the user where everything is.

        Raises:
            Refused: nothing was written.
        """
        if str(self._out) == STANDARD:
            return
        if not self._written:
            raise Refused(f"--input {printable(self._place)}: none of its pictures can be used")
        if not self._to_file:
            sheet = self._free(self._out / _SHEET)
            with writing(sheet):
                stacked(self._rows).save(sheet)
            print(f"side by side: {sheet}")
        count = len(self._written)
        where = self._written[-1] if self._to_file else self._out
        print(f"{count} picture{'s' * (count > 1)}: {where}")

    def _free(self, path: Path) -> Path:
        """A path that no translation has."""
        number, found = 2, path
        while found in self._written:
            found, number = path.with_stem(f"{path.stem}-{number}"), number + 1
        return found
