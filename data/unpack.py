"""Safe extraction of archives, atomically and inside one folder."""

from __future__ import annotations

import errno
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
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from data.errors import EnvironmentFailure, Refused
from data.files import ASIDE, clear_asides
from data.listing import printable
from data.progress import counted

MOST_FILES = 1_000_000
#: Folders in each other.
MOST_DEPTH = 50
#: How much larger than the archive its content may be (pictures: about as large).
MOST_GROWTH = 20
#: What any archive may hold, however small it is.
_ALWAYS_ALLOWED = 10_000_000
_AT_ONCE = 1 << 20
# How compressed files begin. Left to itself, tarfile tries every way on every file, and may
# take one that is compressed and damaged for one that is not.
_COMPRESSED = {b"\x1f\x8b": "r:gz", b"BZh": "r:bz2", b"\xfd7zXZ": "r:xz"}
_LONG_NAMES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_LONGEST_NAME = 1 << 16
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
        EnvironmentFailure: the disk failed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_asides(folder.parent)
    tmp = Path(tempfile.mkdtemp(dir=folder.parent, prefix=ASIDE))
    try:
        _unpack_into(archive, tmp)
        with _writing(printable(archive.name)):
            tmp.chmod(0o755)
            os.replace(tmp, folder)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _unpack_into(archive: Path, tmp: Path) -> None:
    size, name = archive.stat().st_size, printable(archive.name)
    budget = _Budget(max(_ALWAYS_ALLOWED, MOST_GROWTH * size), name)
    words = f"unpacking {name}, bytes"
    with _reading(name), open(archive, "rb") as raw, counted(words, size) as progress:
        for number, (member, is_folder, content) in enumerate(_members(raw, budget), 1):
            if number > MOST_FILES:
                raise Refused(f"{name} holds more than {MOST_FILES:,} files: not unpacked")
            path = _safe(member, name)
            if not (is_folder or path.parts):
                raise Refused(f"{name} holds a file without a name: not unpacked")
            target = tmp / path
            with _writing(name):
                _make_folder(target if is_folder else target.parent, name, member)
            if not is_folder:
                _write(content, target, budget, name)
            progress(max(1, min(raw.tell(), size)))


class _Budget:
    """The number of bytes that an archive may still hold."""

    def __init__(self, left: int, name: str):
        self._left, self._name = left, name

    def spend(self, size: int) -> None:
        """Take bytes from the budget; refuses the archive when it is used up."""
        self._left -= size
        if self._left < 0:
            raise Refused(
                f"{self._name} holds more than {MOST_GROWTH} times its own size: not unpacked"
            )


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn exceptions from reading an archive into Refused."""
    try:
        yield
    except (OSError, *_DAMAGED) as fault:
        raise Refused(f"{name} is damaged, or no archive: not unpacked") from fault


@contextmanager
def _writing(name: str) -> Iterator[None]:
    """Turn exceptions from writing files into EnvironmentFailure, or Refused for names."""
    try:
        yield
    except OSError as fault:
        if fault.errno == errno.ENAMETOOLONG:
            raise Refused(f"{name} holds names that are too long: not unpacked") from fault
        why = fault.strerror or fault
        raise EnvironmentFailure(f"what is in {name} cannot be written: {why}") from fault


def _members(raw: IO[bytes], budget: _Budget) -> Iterator[_Member]:
    if zipfile.is_zipfile(raw):
        yield from _zip_members(raw)
        return
    raw.seek(0)
    begin = raw.read(8)
    mode = next((mode for start, mode in _COMPRESSED.items() if begin.startswith(start)), "r:")
    raw.seek(0)
    with tarfile.open(fileobj=raw, mode=mode, tarinfo=_Header) as tar:
        for member in tar:
            if not (member.isreg() or member.isdir()):
                raise _no_file(raw, member.name)
            yield member.name, member.isdir(), tar.extractfile(member)
            # tarfile keeps every header in memory; none is needed again.
            tar.members = []
        # The end of the archive is not the end of the file: its compression has a checksum.
        for part in iter(lambda: tar.fileobj.read(_AT_ONCE), b""):
            budget.spend(len(part))


def _no_file(raw: IO[bytes], member: str) -> Refused:
    archive = printable(Path(raw.name).name)
    return Refused(f"{archive}: '{printable(member)}' is a link or a device: not unpacked")


class _Header(tarfile.TarInfo):
    """A tar header; one that cannot be parsed raises ReadError."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile):
        """Parse the next header; tarfile would take a damaged one for the archive's end."""
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            # The block of zeros that an archive ends with.
            raise
        except tarfile.HeaderError as fault:
            raise tarfile.ReadError(str(fault)) from fault

    def _proc_member(self, tar: tarfile.TarFile):
        # What is no file holds a longer name for the next one, or the like: all in memory.
        is_about_another = self.type not in tarfile.SUPPORTED_TYPES or self.type in _LONG_NAMES
        if is_about_another and self.size > _LONGEST_NAME:
            raise tarfile.ReadError("no name is as long as that")
        return super()._proc_member(tar)


def _zip_members(raw: IO[bytes]) -> Iterator[_Member]:
    with zipfile.ZipFile(raw) as file:
        for member in file.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _no_file(raw, member.filename)
            # As it stands in the archive: zipfile would mend some names, and pass others over.
            name = member.orig_filename
            if name.endswith("/"):
                yield name, True, None
                continue
            with file.open(member) as content:
                yield name, False, content


def _safe(member: str, name: str) -> PurePosixPath:
    """A member's path, checked to stay inside the target folder."""
    path = PurePosixPath(member)
    odd = "\\" in member or "\0" in member or (len(member) > 1 and member[1] == ":")
    if path.is_absolute() or ".." in path.parts or odd:
        raise Refused(f"{name}: '{printable(member)}' would leave its folder: not unpacked")
    if len(path.parts) > MOST_DEPTH:
        raise Refused(f"{name}: '{printable(member)[:50]}…' lies too deep: not unpacked")
    return path


def _make_folder(folder: Path, name: str, member: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as fault:
        raise Refused(f"{name}: '{printable(member)}' is both a file and a folder") from fault


def _write(content: IO[bytes], target: Path, budget: _Budget, name: str) -> None:
    """Copy a member to a path that does not exist yet."""
    with ExitStack() as opened:
        with _writing(name):
            try:
                file = opened.enter_context(open(target, "xb"))
            except FileExistsError as fault:
                again = f"{name}: '{printable(target.name)}' is in it twice: not unpacked"
                raise Refused(again) from fault
        for part in iter(lambda: content.read(_AT_ONCE), b""):
            budget.spend(len(part))
            with _writing(name):
                file.write(part)
        with _writing(name):
            file.flush()
