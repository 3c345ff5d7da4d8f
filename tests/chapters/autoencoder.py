"""The autoencoder: digits decoded, walked between and in a plane; faces; what is found by codes.

Faces of a VAE stand beside those of a DCGAN that learned from the same pictures.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

import data
from data.pixels import to_pixels
from data.sheet import save
from tests.chapters.commands import python
from tests.chapters.tiles import tiles, translations, two_across
from tests.pages import sheets
from tests.pages.curves import curves
from tests.results import trained

#: Headings of two pictures a row.
DECODED = ("real", "reconstructed", "from noise", "real", "reconstructed", "from noise")
#: Headings of faces.
FACES = ("real", "reconstructed", "VAE, noise", "DCGAN, noise")


def make(pictures: Path) -> None:
    run, *_ = trained("autoencoder", "digits")
    rows = translations(run / "samples" / "latest.png", 64, 3)
    save(sheets.headed(two_across(rows[:8]), DECODED), pictures / "samples.png")
    save(_faces(), pictures / "faces.png")
    points, *_ = trained("autoencoder", "plane")
    infer = ("recipes.autoencoder.infer", "--run")
    python(*infer, points, "--plane", 16, "--out", pictures / "plane.png")
    with tempfile.TemporaryDirectory() as place:
        asked = Path(place)
        for number, pixels in enumerate(data.find("digits").load("test", 32, 8, 1).samples):
            Image.fromarray(pixels[..., 0]).save(asked / f"{number}.png")
        ends = ("--between", asked / "0.png", asked / "1.png")
        python(*infer, run, *ends, "--out", pictures / "walk.png")
        words = ("--input", asked, "--in", "digits", "--count", 9, "--out", asked / "search.png")
        python("recipes.autoencoder.search", "--run", run, *words)
        shutil.copy(asked / "search.png", pictures / "search.png")
    # Of the first a constant of hundreds of nats is a part, so each has an axis of its own.
    shown = {f"{term}, nats": [f"autoencoder/{term}"] for term in ("reconstruction", "divergence")}
    save(curves({"digits": run}, shown), pictures / "curves.png")


def _faces() -> Image.Image:
    """Faces of many people: real, reconstructed, and of noise by a VAE and by a DCGAN."""
    from recipes.autoencoder.trainer import Autoencoder

    faces, gan = trained("autoencoder", "faces")[0], trained("dcgan", "faces")[0]
    # Ten pictures of one person follow each other.
    real = data.find("faces:10").load("test", 32, 120, 0).samples[::10]
    vae = Autoencoder.load(faces)
    made = to_pixels(vae.reconstruct(real)), to_pixels(vae.sample(len(real)))
    generated = [tile[::2, ::2] for tile in tiles(gan / "samples" / "latest.png", 64)]
    rows = [list(row) for row in zip(real, *made, generated, strict=False)]
    return sheets.headed(two_across(rows), 2 * FACES)
