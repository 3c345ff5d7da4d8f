"""Stabilisers: three failures on the ring, and the same trainings with a help."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from data.sheet import save
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import ablation, trained

#: What fails, and with what it does not: titles, and names of ablations ("": the bare game).
SHOWN = (
    ("the bare game", "", "noise, falling rates", "noise-and-falling-rates"),
    ("D 10 times as fast", "fast-D", "the same, noise", "fast-D-noise"),
    ("both 10 times as fast", "fast", "the same, falling rates", "fast-falling-rates"),
)


def make(pictures: Path) -> None:
    bare, _ = trained("first_gan", "stabilisers")

    def run_of(name: str) -> Path:
        return ablation("first_gan", "stabilisers", name) if name else bare

    def last(name: str, title: str) -> Image.Image:
        sheet = Image.open(run_of(name) / "samples" / "latest.png").convert("RGB")
        return sheets.titled(sheet, title)

    above = [last(name, title) for title, name, _, _ in SHOWN]
    below = [last(name, title) for _, _, title, name in SHOWN]
    save(sheets.in_rows([*above, *below], 3), pictures / "failures.png")
    runs = {title: run_of(name) for title, name, _, _ in SHOWN}
    save(curves(runs, LOSSES), pictures / "curves.png")
