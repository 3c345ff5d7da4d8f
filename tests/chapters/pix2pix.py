"""Pix2Pix: façades with and without an adversary, and photographs where they are to be had."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from data.sheet import save
from tests.chapters.made_alone import made_alone, save_made_alone
from tests.chapters.tiles import translations, two_across
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import FACADES
from tests.results import trained

#: Headings of two pairs a row.
TRANSLATED = ("label map", "made", "real", "label map", "made", "real")


def make(pictures: Path) -> None:
    run, alone = trained("pix2pix", "facades")
    with_d, without = (translations(r / "samples" / "latest.png", 64, 3) for r in (run, alone))
    save(sheets.headed(two_across(with_d[:6]), TRANSLATED), pictures / "samples.png")
    save(against_l1(with_d, without), pictures / "l1.png")
    both = {"with D": run, "L1 alone": alone}
    shown = {"L1, weighted": ["generator/l1"], "D's accuracy": LOSSES["D's pairwise accuracy"]}
    save(curves(both, shown), pictures / "curves.png")
    save_made_alone("pix2pix", "photographs", pictures / "photographs.png", 64, 3, {1: ""})
    if photographs := FACADES.run():
        rows = translations(photographs / "samples" / "latest.png", 128, 3)
        save(made_alone(rows, {1: ""}, 8), pictures / "facades128.webp")


def against_l1(with_d: list, without: list, count: int = 4) -> Image.Image:
    """The same label maps with an adversary, without one, and as they were drawn."""
    rows = [[w[0], w[1], o[1], w[2]] for w, o in zip(with_d, without, strict=True)]
    return sheets.headed(rows[:count], ("label map", "L1 and adversary", "L1 alone", "real"))
