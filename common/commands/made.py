"""Output of inference, and its file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from data.errors import EnvironmentFailure, Refused
from data.figure import scatter
from data.files import atomic_write, clear_asides, resolved
from data.listing import picture_files, printable
from data.own import is_own
from data.progress import counted
from data.sheet import grid, save

#: Endings of files that samples can be written to.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".npz")


@dataclass(frozen=True)
class Made:
    """Generated samples, the inputs that they were made from, and how to draw them."""

    #: Pictures, uint8 N×H×W×C with C 1 or 3; points, float32 N×2.
    samples: np.ndarray
    #: The network's inputs, N rows each, by name.
    inputs: dict[str, np.ndarray] = field(default_factory=dict)
    #: "pictures" or "points".
    kind: str = "pictures"
    #: Name of its file, without an ending.
    title: str = "pictures"
    #: Samples a row of the sheet; None: as square as can be.
    columns: int | None = None
    #: Write each picture's number into its corner.
    numbered: bool = False

    def sheet(self) -> Image.Image:
        """Draw all samples as one picture."""
        if self.kind == "points":
            return scatter(self.samples)
        return grid(self.samples, self.columns, self.numbered)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as arrays by name: `images` or `points`, and the inputs."""
        return {"images" if self.kind == "pictures" else self.kind: self.samples, **self.inputs}

    def write(self, path: Path) -> None:
        """Write the arrays to an .npz, or the sheet to a file of another ending.

        Raises:
            EnvironmentFailure: the file cannot be written.
        """
        with writing(path):
            # What killed processes were about to write here.
            clear_asides(path.parent)
            if path.suffix.lower() != ".npz":
                save(self.sheet(), path)
                return
            # An open file: given a name, numpy would add an ending of its own.
            with atomic_write(path) as tmp, open(tmp, "wb") as file:
                np.savez(file, **self.arrays())

    def write_each(self, folder: Path, prefix: str, overwrite: bool = False) -> list[Path]:
        """Write each picture to a file of its own: PREFIX-0001.png and so on.

        Args:
            folder: It is made if it is not there.
            prefix: The beginning of each name.
            overwrite: Whether files of the same names may be replaced.

        Raises:
            Refused: files are there already.
            EnvironmentFailure: a file cannot be written.
        """
        if not overwrite:
            check_unused(folder, prefix)
        clear_asides(folder)
        digits = max(4, len(str(len(self.samples))))
        paths = [folder / f"{prefix}-{n:0{digits}}.png" for n in range(1, len(self.samples) + 1)]
        words = f"writing {len(paths):,} pictures"
        with counted(words, len(paths)) as progress:
            for number, (picture, path) in enumerate(zip(self.samples, paths, strict=True), 1):
                with writing(path):
                    save(
                        Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture),
                        path,
                    )
                progress(number)
        return paths


def names_folder(out: Path) -> bool:
    """Return whether a path is a folder, or has no ending and so becomes one."""
    return out.is_dir() or not out.suffix


def check_out(
    out: Path, prefix: str, overwrite: bool = False, endings: tuple[str, ...] = ENDINGS
) -> None:
    """Refuse an --out that samples cannot be written to.

    Args:
        out: A file, or a folder for a file of each picture.
        prefix, overwrite: As for `Made.write_each`.
        endings: Endings of legal files.
    """
    parent = next((place for place in out.parents if os.path.lexists(place)), None)
    if parent is not None and not parent.is_dir():
        raise Refused(f"--out {printable(out)}: {printable(parent)} is a file, not a folder")
    if names_folder(out):
        check_folder(out)
        if not overwrite:
            check_unused(out, prefix)
    elif out.suffix.lower() not in endings:
        legal = " ".join(endings)
        raise Refused(f"--out {out}: legal endings are {legal}, or none for a folder")


def check_kept(out: Path, places: str | tuple[str, ...] | None, overwrite: bool = False) -> None:
    """Refuse an --out that would be written over pictures which are read.

    Args:
        out: A file or a folder.
        places: Files and folders that are read; "-" is standard input.
        overwrite: Whether files of the same names may be replaced.
    """
    written = resolved(out)
    for place in (places,) if isinstance(places, str) else places or ():
        read = resolved(Path(place).expanduser())
        over = written == read
        if out.is_dir():
            # Without it, nothing that is there is replaced.
            over |= overwrite and read.parent == written
        elif read.is_dir() and read in written.parents:
            listed = str(written.relative_to(read)) in picture_files(read).files
            over |= listed and not is_own(out)
        if over:
            raise Refused(f"--out {printable(out)}: would be written over what is read")


def check_folder(out: Path) -> None:
    """Refuse a path that is to become a folder and is a file."""
    if os.path.lexists(out) and not out.is_dir():
        raise Refused(f"--out {printable(out)}: a file without an ending; legal is a folder")


def check_unused(folder: Path, prefix: str) -> None:
    """Refuse a folder with pictures whose names `Made.write_each` would use."""
    pattern = re.compile(re.escape(prefix) + r"-\d+\.png")
    try:
        names = sorted(filter(pattern.fullmatch, os.listdir(folder)))
    except OSError:
        # Not there yet; or writing will say why it cannot be used.
        return
    if names:
        raise Refused(
            f"--out {printable(folder)} holds {names[0]} already; legal are another folder, "
            "another --seed, or --overwrite"
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into an `EnvironmentFailure` that names it."""
    try:
        yield
    except (OSError, ValueError) as fault:
        raise EnvironmentFailure(f"{path} cannot be written: {fault}") from fault
