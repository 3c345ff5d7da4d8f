"""CGAN: digits by label and in a row, and houses in words that no training picture had together."""

from __future__ import annotations

import sys
from pathlib import Path

from data.sheet import save
from tests.chapters.commands import python
from tests.chapters.tiles import tiles
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import missing, trained


def make(pictures: Path) -> None:
    digits, _ = trained("cgan", "digits")
    houses, _ = trained("cgan", "houses")
    save_digits(digits, 64, pictures / "samples.png", rows=8)
    infer = ("recipes.cgan.infer", "--run")
    words = ("--text", "2026", "--lines", 5)
    python(*infer, digits, *words, "--out", pictures / "text.png")
    words = ("--showing", "red tower winter", "--count", 24)
    python(*infer, houses, *words, "--out", pictures / "words.png")
    save(curves({"digits": digits, "houses": houses}, LOSSES), pictures / "curves.png")
    if why := missing("cgan", "mnist"):
        print(f"mnist.png stays as it is: {why}", file=sys.stderr)
    else:
        # Pictures of 28 pixels stand on a sheet three times as large.
        save_digits(trained("cgan", "mnist")[0], 84, pictures / "mnist.png", rows=6)


def save_digits(run: Path, side: int, path: Path, rows: int) -> None:
    """The first rows of a sheet of digits, a column a label."""
    made = tiles(run / "samples" / "latest.png", side)
    lines = [made[10 * row : 10 * row + 10] for row in range(rows)]
    save(sheets.headed(lines, [str(digit) for digit in range(10)]), path)
