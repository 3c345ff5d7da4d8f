"""CycleGAN: seasons; fruit and paintings where they are to be had."""

from __future__ import annotations

from pathlib import Path

from data.sheet import save
from tests.chapters.made_alone import made_alone, save_made_alone
from tests.chapters.tiles import translations
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import FRUITS, MONET
from tests.results import trained

#: Headings of CycleGAN's rows.
SEASONS = ("summer", "→ winter", "→ back", "winter", "→ summer", "→ back")


def make(pictures: Path) -> None:
    run, _ = trained("cyclegan", "seasons")
    rows = translations(run / "samples" / "latest.png", 64, 6)
    save(sheets.headed(rows[:4], SEASONS), pictures / "samples.png")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": ["generator/cycle", "generator/identity"],
    }
    save(curves({"seasons": run}, shown), pictures / "curves.png")
    # What came back stands for what went in.
    words = {2: "painting, back", 1: "→ photo", 5: "photo, back", 4: "→ painting"}
    save_made_alone("cyclegan", "monet2photo", pictures / "paintings.png", 64, 6, words)
    if paintings := MONET.run():
        rows = translations(paintings / "samples" / "latest.png", 128, 6)
        save(made_alone(rows, words, 5), pictures / "monet128.webp")
    if fruits := FRUITS.run():
        rows = translations(fruits / "samples" / "latest.png", 128, 6)
        words = {2: "apple, back", 1: "→ orange", 5: "orange, back", 4: "→ apple"}
        save(made_alone(rows, words, 5), pictures / "apple2orange.webp")
