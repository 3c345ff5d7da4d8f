"""3D-GAN: furniture out of noise, turning, and what is predicted from views of it."""

from __future__ import annotations

import sys
from pathlib import Path

from data.sheet import save
from tests.chapters.commands import python
from tests.chapters.tiles import translations, two_across
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import missing, trained

#: Headings of two views a row.
VIEWS = ("view", "predicted", "true", "view", "predicted", "true")


def make(pictures: Path) -> None:
    plain, gated = trained("voxel_gan", "furniture")
    views, _ = trained("voxel_gan", "views")
    for flags, file in (
        (("--count", 20), "shapes.png"),
        (("--count", 6), "turning.webp"),
        (("--interpolate", 4), "morph.png"),
    ):
        python("recipes.voxel_gan.infer", "--run", plain, *flags, "--out", pictures / file)
    rows = translations(views / "predicted.png", 96, 3)
    save(sheets.headed(two_across(rows), VIEWS), pictures / "predicted.png")
    shown = {"adversarial": LOSSES["losses"], "D": ["discriminator/accuracy"]}
    save(curves({"without gate": plain, "with": gated}, shown), pictures / "curves.png")
    if why := missing("voxel_gan", "chairs"):
        print(f"the sheet of chairs stays as it is: {why}", file=sys.stderr)
        return
    chairs, _ = trained("voxel_gan", "chairs")
    asked = ("--run", chairs, "--count", 20, "--out", pictures / "chairs.png")
    python("recipes.voxel_gan.infer", *asked)
