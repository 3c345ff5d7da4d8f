"""Standard streams as they may be: closed, in ASCII, or with a reader that goes away."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata

#: What is said of characters that a terminal does not have, and Unicode does not decompose.
_PLAIN = {"×": "x", "–": "-", "—": "-", "→": "->", "≤": "<=", "≥": ">=", "½": "1/2", "·": "*"}
_PLAIN |= {"’": "'", "“": '"', "”": '"', "σ": "sigma", "β": "beta", "γ": "gamma", "λ": "lambda"}


def prepare() -> None:
    """Make the standard streams ones that can be printed to, whatever they are.

    Where one is closed, the next file opened would take its place, and what is printed would
    be written into that file.
    """
    for handle, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(handle)
        except OSError:
            _to_nowhere(handle)
        if getattr(sys, name) is None:
            mode = "w" if handle else "r"
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=False))
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if stream in (sys.__stdout__, sys.__stderr__) and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def outlive_readers() -> None:
    """Have standard output and error go nowhere once nobody reads them, instead of failing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            stream.flush()
            file = io.BufferedWriter(_Lasting(stream.fileno(), "w", closefd=False))
            how = {"line_buffering": stream.line_buffering, "write_through": stream.write_through}
            lasting = io.TextIOWrapper(file, stream.encoding, stream.errors, **how)
            setattr(sys, name, lasting)


def silence_broken() -> None:
    """Send what is still to be written nowhere: or else Python complains as it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _to_nowhere(stream.fileno())


class _Lasting(io.FileIO):
    """A stream whose reader, or whose terminal, may go."""

    def write(self, data):
        try:
            return super().write(data)
        except OSError as fault:
            if fault.errno not in (errno.EPIPE, errno.EIO):
                raise
            _to_nowhere(self.fileno())
            return len(data)


def _to_nowhere(handle: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    if null != handle:
        os.dup2(null, handle)
        os.close(null)


def _plain(fault: UnicodeError) -> tuple[str, int]:
    """Replace what a stream's encoding does not have, for `codecs`."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return "".join(map(_in_ascii, fault.object[fault.start : fault.end])), fault.end


def _in_ascii(character: str) -> str:
    simpler = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _PLAIN.get(character) or simpler or "?"
