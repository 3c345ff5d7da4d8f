"""Output files of translations, which never replace an input or each other."""

from __future__ import annotations

import errno
import os
import sys
import zlib
from pathlib import Path

import numpy as np

from common.commands.made import check_folder, names_folder, writing
from common.translation.pictures import (
    ENDINGS,
    MOVING_ENDINGS,
    STANDARD,
    InputImage,
    Inputs,
    write,
    write_to_standard_output,
)
from common.translation.sheet import row_of, stacked
from data.errors import Refused
from data.files import clear_asides, resolved
from data.listing import printable
from data.own import is_own, is_run
from data.sheet import save

# More pictures than these are written, but not shown on the sheet.
_ON_SHEET = 32
_SHEET = "side-by-side.png"
# Failures of one name, after which others can still be written.
_OF_ONE_NAME = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST)
_OF_ONE_NAME += (errno.EILSEQ, errno.EINVAL)


def is_folder(place: str | None) -> bool:
    """Return whether the input is a folder of pictures."""
    return place not in (None, STANDARD) and Path(place).expanduser().is_dir()


def check_out(place: str | None, out: Path | None, flag: str = "--input") -> None:
    """Refuse an `--out` that does not suit an input, which the flag names."""
    if str(out) == STANDARD:
        if place is None or is_folder(place):
            raise Refused(f"--out -: legal with {flag} and one picture")
    elif out is None:
        pass
    elif names_folder(out):
        check_folder(out)
        if is_folder(place) and out.is_dir() and out.samefile(Path(place).expanduser()):
            raise Refused(f"--out {out}: would be written over what is read")
    elif place is None:
        if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
            raise Refused(f"--out {out}: legal is a picture file or a folder, without {flag}")
    elif is_folder(place) and out.suffix.lower() in ENDINGS:
        raise Refused(f"--out {out}: legal is a folder, as {flag} is one")
    elif not is_folder(place) and out.suffix and out.suffix.lower() not in ENDINGS:
        raise Refused(f"--out {out}: legal endings are {' '.join(ENDINGS)}")


class Outputs:
    """Writer of translations, one after the other, and of a sheet of the first ones.

    An unusable picture of a folder is left out; an unusable single picture is an error.

    In a folder, what this program has made is written anew, and nothing else is replaced unless
    that is asked for; no input ever is.

    Args:
        inputs: What is read.
        out: Where to write: a file, a folder, or "-".
        overwrite: Whether other files in the folder may be replaced.
        words: How pictures are made, for their files to say.
    """

    def __init__(self, inputs: Inputs, out: Path, overwrite: bool = False, words: str = ""):
        self._flag, self._words = inputs.flag, words
        self._place, self._out, self._overwrite = inputs.place, out, overwrite
        self._several = is_folder(self._place)
        self._to_file = not self._several and not names_folder(out)
        self._inputs = {resolved(file) for file in inputs.files}
        # In a run everything was made by it, also by a version that put no mark on pictures.
        self._in_run = any(is_run(folder) for folder in resolved(out).parents)
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
            write_to_standard_output(image, frames, self._words)
            return
        path = self._out if self._to_file else _fitting(self._out / image.name)
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
        if resolved(path) in self._inputs:
            raise Refused(f"--out {path}: would be written over what is read")
        if not self._to_file and not self._free(path):
            raise Refused(
                f"{image.name}: {path} is there already, and was not made by this program "
                "(--overwrite replaces it)"
            )
        if len(frames) > 1 and path.suffix.lower() not in MOVING_ENDINGS:
            raise Refused(
                f"--out {path}: {len(frames)} frames; legal endings are {' '.join(MOVING_ENDINGS)}"
            )
        with writing(path):
            try:
                write(image, frames, path, self._words)
            except ValueError as fault:
                raise Refused(f"{image.name} cannot be written: {fault}") from fault
            except OSError as fault:
                if fault.errno not in _OF_ONE_NAME:
                    raise
                raise Refused(f"{image.name} cannot be written: {fault.strerror}") from fault

    def _free(self, path: Path) -> bool:
        """Whether a file of the folder may be written."""
        if not os.path.lexists(path):
            return True
        return self._overwrite or self._in_run or is_own(path)

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
            raise Refused(
                f"{self._flag} {printable(self._place)}: none of its pictures can be used"
            )
        if not self._to_file:
            sheet = self._place_of_sheet()
            with writing(sheet):
                save(stacked(self._rows), sheet)
            print(f"side by side: {sheet}")
        # What killed processes were about to write here.
        clear_asides(self._written[-1].parent)
        count = len(self._written)
        where = self._written[-1] if self._to_file else self._out
        print(f"{count} picture{'s' * (count > 1)}: {where}")

    def _place_of_sheet(self) -> Path:
        """A path that no translation has, and no picture of the user's."""
        number, path = 1, self._out / _SHEET
        while path in self._written or resolved(path) in self._inputs or not self._free(path):
            number += 1
            path = (self._out / _SHEET).with_stem(f"{Path(_SHEET).stem}-{number}")
        return path


def _fitting(path: Path) -> Path:
    """The path with a name that is short enough for its disk, and still one of its own."""
    place = next((p for p in path.parents if p.is_dir()), Path())
    try:
        most = os.pathconf(place, "PC_NAME_MAX")
    except (OSError, ValueError):
        most = 255
    name = os.fsencode(path.name)
    if len(name) <= most:
        return path
    ending = f"-{zlib.crc32(name):08x}{path.suffix}"
    stem = os.fsencode(path.stem)[: most - len(os.fsencode(ending))]
    return path.with_name(stem.decode("utf-8", "ignore") + ending)
