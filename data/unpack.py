"""Archives from elsewhere: unpacked into one folder and nowhere else, whole or not at all."""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from data.errors import MachineFault, Refused
from data.files import ASIDE
from data.listing import shown
from data.progress import counted

MOST_FILES = 1_000_000
#: How much larger than the archive its content may be (pictures: about as large).
MOST_GROWTH = 20
#: What any archive may hold, however small it is.
_ALWAYS_ALLOWED = 10_000_000
_AT_ONCE = 1 << 20
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    # An encrypted .zip, a method of compression that is not known, a name with a NUL.
    RuntimeError,
    NotImplementedError,
    ValueError,
)

#: A member's name, whether it is a folder, and how to read it.
_Member = tuple[str, bool, IO[bytes] | None]


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .zip or .tar (.gz, .bz2, .xz) into a folder that is not there yet.

    Raises:
        Refused: a name in it leads out of the folder, it holds links or devices, the same
            name twice, too many files or too much; it is damaged or no archive. Nothing is
            left behind.
        MachineFault: the disk failed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=ASIDE))
    try:
        _unpack_into(archive, aside)
        aside.chmod(0o755)
        os.replace(aside, folder)
    except OSError as fault:
        raise MachineFault(f"{folder} cannot be written: {fault.strerror or fault}") from fault
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unpack_into(archive: Path, aside: Path) -> None:
    size, name = archive.stat().st_size, shown(archive.name)
    budget = max(_ALWAYS_ALLOWED, MOST_GROWTH * size)
    words = f"unpacking {name}, bytes"
    with _reading(name), open(archive, "rb") as raw, counted(words, size) as progress:
        for number, (member, is_folder, content) in enumerate(_members(raw), 1):
            if number > MOST_FILES:
                raise Refused(f"{name} holds more than {MOST_FILES:,} files: not unpacked")
            target = aside / _safe(member, name)
            if is_folder:
                _make_folder(target, name, member)
                continue
            _make_folder(target.parent, name, member)
            budget = _write(content, target, budget, name)
            progress(max(1, min(raw.tell(), size)))


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as fault:
        raise Refused(f"{name} is damaged, or no archive: not unpacked") from fault


def _members(raw: IO[bytes]) -> Iterator[_Member]:
    if zipfile.is_zipfile(raw):
        yield from _zip_members(raw)
        return
    raw.seek(0)
    with tarfile.open(fileobj=raw, mode="r:*") as tar:
        for member in tar:
            if not (member.isreg() or member.isdir()):
                raise Refused(
                    f"{shown(Path(raw.name).name)}: '{shown(member.name)}' is a link or a device: "
                    "not unpacked"
                )
            yield member.name, member.isdir(), tar.extractfile(member)


def _zip_members(raw: IO[bytes]) -> Iterator[_Member]:
    with zipfile.ZipFile(raw) as file:
        for member in file.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Refused(
                    f"{shown(Path(raw.name).name)}: '{shown(member.filename)}' is a link or a "
                    "device: not unpacked"
                )
            # As it stands in the archive: zipfile would mend some names, and pass others over.
            name = member.orig_filename
            if member.is_dir():
                yield name, True, None
                continue
            with file.open(member) as content:
                yield name, False, content


def _safe(member: str, name: str) -> PurePosixPath:
    """A member's name, if it stays below the folder that it is put into."""
    path = PurePosixPath(member)
    odd = "\\" in member or "\0" in member or (len(member) > 1 and member[1] == ":")
    if path.is_absolute() or ".." in path.parts or odd:
        raise Refused(f"{name}: '{shown(member)}' would leave its folder: not unpacked")
    return path


def _make_folder(folder: Path, name: str, member: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as fault:
        raise Refused(f"{name}: '{shown(member)}' is both a file and a folder") from fault


def _write(content: IO[bytes], target: Path, budget: int, name: str) -> int:
    """Copy a member to where nothing is yet; returns what is left of the budget."""
    try:
        with open(target, "xb") as file:
            for part in iter(lambda: content.read(_AT_ONCE), b""):
                budget -= len(part)
                if budget < 0:
                    raise Refused(
                        f"{name} holds more than {MOST_GROWTH} times its own size: not unpacked"
                    )
                file.write(part)
    except FileExistsError as fault:
        raise Refused(f"{name}: '{shown(target.name)}' is in it twice: not unpacked") from fault
    return budget
