"""Downloads that are verified and atomic.

What was fetched is recorded beside the file, in NAME.json: its address, length and SHA-256.
Where no checksum is published, that record at least tells whether it is still the same.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from data.errors import EnvironmentFailure
from data.files import ASIDE, MALFORMED, atomic_write, clear_asides
from data.homes import keras_home
from data.lock import file_lock
from data.progress import counted

# Timeout of a silent server.
_SECONDS = 30.0
_AT_ONCE = 1 << 18


def datasets_folder() -> Path:
    """The folder of downloaded sets, shared with Keras: in `$KERAS_HOME` or ~/.keras."""
    return keras_home() / "datasets"


def fetch(
    url: str,
    path: Path,
    sha256: str | None = None,
    most: float = math.inf,
    md5: str | None = None,
) -> Path:
    """Download a file to `path`, unless a valid copy is there already.

    It is written beside `path` and moved there once it is complete and verified; what an
    interruption left is thrown away. A file put there by hand is verified in the same way.

    Args:
        sha256: The expected checksum; None: unknown, and the record of a former download counts.
        most: Largest size in bytes.
        md5: The same for files of which only this is published; legal without `sha256`.

    Returns:
        `path`.

    Raises:
        EnvironmentFailure: no network, a dead address, or another file than expected; says how to
            get it by hand.
    """
    by_hand = f"put {url} into {path.parent} by hand, as {path.name}"
    try:
        with file_lock(path):
            if not _is_there(path, sha256, md5):
                _download(url, path, f"md5:{md5}" if md5 else sha256 and f"sha256:{sha256}", most)
            _record(path, url)
    except Exception as fault:
        said = f"{path.name} could not be fetched ({why(fault)})"
        raise EnvironmentFailure(f"{said}: {by_hand}") from fault
    return path


def _is_there(path: Path, sha256: str | None, md5: str | None) -> bool:
    if md5:
        return path.is_file() and digest(path, "md5") == md5
    expected = sha256 or _recorded(path)
    return path.is_file() and (expected is None or digest(path) == expected)


def _download(url: str, path: Path, known: str | None, most: float) -> None:
    # Takes a while to import, and most trainings fetch nothing.
    import pooch

    pooch.get_logger().setLevel("CRITICAL")
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_asides(path.parent)
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=ASIDE) as tmp,
        _Bar(path.name, most) as bar,
    ):
        downloader = pooch.HTTPDownloader(progressbar=bar, timeout=_SECONDS, chunk_size=_AT_ONCE)
        pooch.retrieve(url, known, fname=path.name, path=tmp, downloader=downloader)
        os.replace(Path(tmp) / path.name, path)


def digest(path: Path, kind: str = "sha256") -> str:
    """A file's SHA-256 (or MD5), in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def forget(path: Path) -> None:
    """Remove a downloaded file and its record."""
    path.unlink(missing_ok=True)
    _record_of(path).unlink(missing_ok=True)


def _record_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _recorded(path: Path) -> str | None:
    try:
        return str(json.loads(_record_of(path).read_text(encoding="utf-8"))["sha256"])
    except (OSError, *MALFORMED):
        return None


def _record(path: Path, url: str) -> None:
    facts = {"url": url, "bytes": path.stat().st_size, "sha256": digest(path)}
    if _recorded(path) == facts["sha256"]:
        return
    try:
        with atomic_write(_record_of(path)) as tmp:
            tmp.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    except OSError:
        # The file itself is there and right: in a folder that others keep, perhaps.
        return


def why(fault: Exception) -> str:
    """A network error in a few words, without the memory addresses that requests prints."""
    import requests

    if isinstance(fault, requests.exceptions.HTTPError) and fault.response is not None:
        return f"the server says {fault.response.status_code} {fault.response.reason}"
    if isinstance(fault, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(fault, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(fault, requests.exceptions.ConnectionError):
        return "no connection"
    if isinstance(fault, ValueError) and "hash" in str(fault):
        return "it is not the file that it should be: its checksum is another"
    return (str(fault) or type(fault).__name__).splitlines()[0]


class _Bar:
    """Adapter from `counted` to the progress bar that pooch expects."""

    def __init__(self, name: str, most: float):
        #: Bytes in all, which pooch sets; 0 where the server does not tell.
        self.total = 0
        self._name, self._most, self._done, self._tell = name, most, 0, None
        self._open = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self._open.close()

    def update(self, more: int) -> None:
        """Add downloaded bytes."""
        self._done += more
        if max(self._done - _AT_ONCE, self.total) > self._most:
            raise ValueError(f"it is larger than {self._most / 1e6:,.0f} MB")
        if self._tell is None and self.total:
            words = f"fetching {self._name}, bytes"
            self._tell = self._open.enter_context(counted(words, self.total))
        if self._tell is not None:
            self._tell(max(1, self._done))

    def reset(self) -> None:
        """Start counting again, as pooch does at the end."""
        self._done = 0

    def close(self) -> None:
        """Do nothing; the context manager closes."""
