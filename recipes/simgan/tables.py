"""Tables of labels that lie beside the pictures of a folder: they go with the refined ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from common.commands.made import writing
from common.translation.pictures import keeps_its_name
from data.files import resolved
from data.own import is_run


@dataclass
class Copies:
    """What has become of a folder's tables."""

    #: The copies, and those that were there already.
    files: list[Path] = field(default_factory=list)
    #: What the user must know, in words.
    notes: list[str] = field(default_factory=list)


def copy_tables(place: str, out: Path, overwrite: bool = False) -> Copies:
    """Copy the tables (.csv) of a folder to where its pictures were written.

    A table that is there already and says something else stays, unless `overwrite` is true or it
    lies in a run folder, where all is this program's.

    Args:
        place: What was refined; of anything but a folder nothing is copied.
        out: Where the refined pictures are.
        overwrite: Whether other tables may be replaced.
    """
    folder, copies = Path(place).expanduser(), Copies()
    if not folder.is_dir() or not out.is_dir():
        return copies
    overwrite = overwrite or any(is_run(parent) for parent in resolved(out / "x").parents)
    for table in _files(folder, out):
        if table.suffix.lower() != ".csv":
            continue
        copy = out / table.relative_to(folder)
        there = copy.exists()
        if not there or copy.read_bytes() != table.read_bytes():
            if there and not overwrite:
                copies.notes.append(
                    f"{copy} is there already, and not what {table} is; --overwrite replaces it"
                )
                continue
            with writing(copy):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(table, copy)
        copies.files.append(copy)
    renamed = {path.suffix.lower() for path in _files(folder, out) if _is_renamed(path)}
    if copies.files and renamed:
        copies.notes.append(
            f"refined pictures end in .png where these ended in {' '.join(sorted(renamed))}; the "
            "tables have the names from before"
        )
    return copies


def _files(folder: Path, but: Path) -> Iterator[Path]:
    """The files below a folder, but for those of another folder and of runs."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if resolved(path) != resolved(but) and not is_run(path):
                yield from _files(path, but)
        elif path.is_file():
            yield path


def _is_renamed(path: Path) -> bool:
    known = path.suffix.lower() in Image.registered_extensions()
    return known and not keeps_its_name(path)
