"""SimGAN: eyes and digits before and after, beside real ones, and the curves of its game."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from data.sheet import save
from tests.chapters.tiles import two_across
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import missing, trained


def make(pictures: Path) -> None:
    run, *_ = trained("simgan", "eyes")
    # Eyes of 55×35 pixels stand on a sheet twice as large.
    rows = two_across(sheets.tiles_of(run / "samples" / "latest.png", (70, 110)))
    heads = 2 * ("simulated", "refined", "a real one")
    save(sheets.headed(rows, heads, tile=70), pictures / "samples.png")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": ["generator/self-regularisation"],
    }
    save(curves({"eyes": run}, shown), pictures / "curves.png")
    for name, show in (("photographs", _photographs), ("digits", _digits)):
        if why := missing("simgan", name):
            print(f"{name}.png stays as it is: {why}", file=sys.stderr)
            continue
        run, _ = trained("simgan", name)
        save(show(run / "samples" / "latest.png"), pictures / f"{name}.png")


def _photographs(sheet: Path) -> Image.Image:
    """The refined eyes alone: renders and photographs beside them are other people's."""
    refined = [row[1] for row in sheets.tiles_of(sheet, (70, 110))]
    return sheets.headed([refined[:4], refined[4:8]], 4 * ("",), tile=70)


def _digits(sheet: Path) -> Image.Image:
    rows = [row[:2] for row in sheets.tiles_of(sheet, 84)]
    return sheets.headed(two_across(two_across(rows)), 4 * ("drawn", "refined"), tile=84)
