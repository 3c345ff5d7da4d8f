"""Unusable files of a folder: named, and tolerated up to a share."""

from __future__ import annotations

from pathlib import Path

from data.errors import Refused
from data.listing import printable
from data.reading import Reading

_NAMED = 3


class Faults:
    """The unusable files of a folder, with the limit on their number.

    Args:
        path: The folder.
        total: How many files it has.
        reading: `strict` and `tolerance`.
        what: What the files hold, in the plural.
    """

    def __init__(self, path: Path, total: int, reading: Reading, what: str = "pictures"):
        self._path, self._total, self._what = path, total, what
        self._tolerated = 0 if reading.strict else reading.tolerance * total
        self.reasons: dict[str, str] = {}

    def add(self, reasons: dict[str, str]) -> None:
        """Add unusable files with their reasons; refuses the folder if they are too many."""
        self.reasons |= reasons
        if len(self.reasons) > self._tolerated:
            at_most = (
                "--strict passes over none" if not self._tolerated else "1 in 100 is passed over"
            )
            raise Refused(
                f"{self._path}: {len(self.reasons)} of {self._total} {self._what} cannot be used "
                f"({self._in_words()}); remove them ({at_most})"
            )

    def remarks(self) -> tuple[str, ...]:
        """One line about the files that were left out, if any."""
        if not self.reasons:
            return ()
        out = f"left out {len(self.reasons)} of {self._total:,} {self._what}"
        return (f"{out}: {self._in_words()}",)

    def _in_words(self) -> str:
        named = [f"{printable(file)}: {why}" for file, why in list(self.reasons.items())[:_NAMED]]
        more = len(self.reasons) - len(named)
        return "; ".join(named) + (f" and {more} more" if more else "")
