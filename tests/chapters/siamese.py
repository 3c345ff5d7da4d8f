"""The Siamese network: faces never seen, in the plane of their embeddings; how the losses go."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from data.sheet import save
from tests.pages.curves import curves
from tests.results import trained


def make(pictures: Path) -> None:
    run, _ = trained("siamese", "faces")
    with Image.open(run / "plane.png") as plane:
        save(plane.copy(), pictures / "plane.webp")
    shown = {"triplet": ["encoder/triplet"], "semi-hard": ["encoder/semi_hard"]}
    save(curves({"faces": run}, shown), pictures / "curves.png")
