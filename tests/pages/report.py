"""What a program prints, put on a page as well."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator

import numpy as np


class _Both(io.TextIOBase):
    """A stream that keeps what it passes on."""

    def __init__(self, kept: io.StringIO, out):
        self._kept, self._out = kept, out

    def write(self, text: str) -> int:
        self._out.write(text)
        self._out.flush()
        return self._kept.write(text)


@contextlib.contextmanager
def printed() -> Iterator[io.StringIO]:
    """Print as ever; yields a file that has it all as well."""
    kept = io.StringIO()
    with contextlib.redirect_stdout(_Both(kept, sys.stdout)):
        yield kept


def in_words(values, digits: int = 0) -> str:
    """Return what was measured several times as its median and range."""
    low, middle, high = (f"{f(values):,.{digits}f}" for f in (np.min, np.median, np.max))
    return f"{middle} [{low} – {high}]"


def block(text: str) -> str:
    """Return a text as a block of its own."""
    return f"```\n{text.strip()}\n```"


def filled(page: str, parts: dict[str, str]) -> str:
    """Return a page's text with other words between the marks of some names.

    Raises:
        LookupError: the page has no such mark.
    """
    for name, words in parts.items():
        head, found, rest = page.partition(f"<!-- bench: {name} -->\n")
        _, end, rest = rest.partition("<!-- end of bench -->")
        if not (found and end):
            raise LookupError(f"no mark for {name}")
        page = f"{head}{found}{words}\n{end}{rest}"
    return page
