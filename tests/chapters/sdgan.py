"""SD-GAN: an identity in many observations, made or photographed; walks, and an inversion."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import data
from data.sheet import save
from tests.chapters.commands import python
from tests.pages.curves import LOSSES, curves
from tests.results import missing, trained


def make(pictures: Path) -> None:
    run, single = trained("sdgan", "faces")
    for flags, file in (
        (("--identities", 6, "--observations", 8), "faces.webp"),
        (("--walk", "identity", "--identities", 3), "who.webp"),
        (("--walk", "observation", "--identities", 3), "how.webp"),
    ):
        python("recipes.sdgan.infer", "--run", run, *flags, "--out", pictures / file)
    # People whom the run never saw, and others whose observations are taken.
    people = data.find("faces").world.draw(np.arange(0, 32, 4), 64, split="test").samples
    with tempfile.TemporaryDirectory() as place:
        for name, some in (("who", people[:4]), ("how", people[4:])):
            (Path(place) / name).mkdir()
            for number, picture in enumerate(some):
                save(Image.fromarray(picture), Path(place) / name / f"{number}.png")
        asked = ("--input", Path(place) / "who", "--observed-as", Path(place) / "how")
        python("recipes.sdgan.infer", "--run", run, *asked, "--out", pictures / "inverted.webp")
    shown = {"losses": LOSSES["losses"]}
    both = {"pairs": run, "single pictures": single}
    save(curves(both, shown), pictures / "curves.png")
    balanced, _ = trained("sdgan", "began")
    python("recipes.sdgan.infer", "--run", balanced, "--out", pictures / "began.webp")
    balance = {"k": ["discriminator/balance"], "M": ["discriminator/convergence"]}
    save(curves({"SD-BEGAN": balanced}, balance), pictures / "balance.png")
    if why := missing("sdgan", "lfw"):
        print(f"the sheet of photographs stays as it is: {why}", file=sys.stderr)
        return
    photographed, _ = trained("sdgan", "lfw")
    python("recipes.sdgan.infer", "--run", photographed, "--out", pictures / "photographs.webp")
