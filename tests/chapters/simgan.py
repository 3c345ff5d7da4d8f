"""SimGAN: eyes before and after, beside real ones, and the curves of its game."""

from __future__ import annotations

from pathlib import Path

from data.sheet import save
from tests.chapters.tiles import two_across
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import trained


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
