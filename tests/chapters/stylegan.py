"""StyleGAN: faces with others' styles, under other noise, truncated, walking; with other hair."""

from __future__ import annotations

import tempfile
from pathlib import Path

from data.sheet import save
from tests.chapters.commands import python
from tests.chapters.tiles import tiles
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import PORTRAITS
from tests.results import trained


def make(pictures: Path) -> None:
    run, *_ = trained("stylegan", "faces")
    infer = ("recipes.stylegan.infer", "--run", run)
    for flags, file in (
        (("--mixing", 5), "mixing.png"),
        (("--noises", 6), "noises.png"),
        (("--walk", 50), "walk.webp"),
        (("--edit", "red hair=2", "--count", 16), "edited.png"),
    ):
        python(*infer, *flags, "--out", pictures / file)
    with tempfile.TemporaryDirectory() as place:
        rows = []
        for psi in (1, 0.7, 0.5, 0):
            file = Path(place) / f"{psi}.png"
            python(*infer, "--truncation", psi, "--count", 8, "--out", file)
            rows.append(tiles(file, 64)[:8])
        names = [f"ψ = {psi}" for psi in (1, 0.7, 0.5, 0)]
        save(sheets.headed(rows, [""] * 8, names), pictures / "truncation.png")
    if photographs := PORTRAITS.run():
        # Made alone: people who were photographed are not shown.
        flags = ("--mixing", 4, "--out", pictures / "portraits.webp")
        python("recipes.stylegan.infer", "--run", photographs, *flags)
    shown = LOSSES | {"R1": ["discriminator/r1"]}
    save(curves({"faces": run}, shown), pictures / "curves.png")
