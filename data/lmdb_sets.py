"""Export of pictures from an LMDB database, the format of LSUN, into a folder."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from data.errors import EnvironmentFailure, Refused
from data.files import ASIDE
from data.listing import printable
from data.progress import counted

# How files of these formats begin.
_ENDINGS = {b"\xff\xd8": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp"}


def check() -> None:
    """Refuse if the package lmdb is not installed."""
    if importlib.util.find_spec("lmdb") is None:
        raise Refused("lsun_church needs the package lmdb: pip install 'gan-cookbook[datasets]'")


def write_out(database: Path, folder: Path) -> None:
    """Write all pictures of a database into a new folder, atomically.

    The files are called by the SHA-256 of their keys; what is no picture by its first bytes
    is passed over.

    Args:
        database: A folder with `data.mdb` somewhere in it.

    Raises:
        Refused: there is no such database.
        EnvironmentFailure: the disk failed.
    """
    import lmdb

    places = sorted(database.rglob("data.mdb"))
    if len(places) != 1:
        raise Refused(f"{printable(database)} holds {len(places)} files data.mdb, not one")
    tmp = Path(tempfile.mkdtemp(dir=folder.parent, prefix=ASIDE))
    try:
        with ExitStack() as opened:
            environment = lmdb.open(str(places[0].parent), readonly=True, lock=False)
            opened.enter_context(environment)
            records = opened.enter_context(environment.begin(buffers=True))
            words = f"writing the pictures of {printable(folder.name)}"
            progress = opened.enter_context(counted(words, environment.stat()["entries"]))
            for number, (key, value) in enumerate(records.cursor(), 1):
                _write(tmp, bytes(key), value)
                progress(number)
        tmp.chmod(0o755)
        os.replace(tmp, folder)
    except lmdb.Error as fault:
        raise Refused(f"{printable(places[0])} cannot be read ({fault})") from fault
    except OSError as fault:
        raise EnvironmentFailure(
            f"{folder} cannot be written: {fault.strerror or fault}"
        ) from fault
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _write(folder: Path, key: bytes, value: memoryview) -> None:
    ending = next((e for begin, e in _ENDINGS.items() if value[: len(begin)] == begin), None)
    if ending is None:
        return
    (folder / (hashlib.sha256(key).hexdigest() + ending)).write_bytes(value)
