"""DCGAN, small, seed 0: its pictures, growth, walks and sums; and faces."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from data.sheet import save
from tests.chapters.beside_real import beside_real
from tests.chapters.commands import python
from tests.chapters.growth import save_growth
from tests.chapters.tiles import tiles
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import FACES, RUNS
from tests.results import missing, trained


def make(pictures: Path) -> None:
    run, _ = trained("dcgan", "houses")
    infer = ("recipes.dcgan.infer", "--run", run)
    python(*infer, "--interpolate", 6, "--out", pictures / "interpolation.png")
    # Low houses at dusk − tall ones at dusk + tall ones by day, chosen from numbered.webp.
    words, sums = "41,55,59 - 28,52,61 + 60,49,40", RUNS / "sums.npz"
    python(*infer, "--arithmetic", words, "--out", sums)
    save(arithmetic(np.load(sums)["images"]), pictures / "arithmetic.png")
    python(*infer, "--numbered", "--count", 64, "--out", pictures / "numbered.webp")
    made = [tile[::2, ::2] for tile in tiles(run / "samples" / "latest.png", 80)]
    save(beside_real(made, "houses", 40, rows=4, each=3), pictures / "samples.png")
    save(curves({"houses": run}, LOSSES), pictures / "curves.png")
    save_growth(run, grown, pictures / "growth.webp")
    why = missing("dcgan", "mnist")
    if why:
        print(f"mnist.png stays as it is: {why}", file=sys.stderr)
    else:
        digits, _ = trained("dcgan", "mnist")
        # Pictures of 28 pixels stand on a sheet three times as large.
        made = [tile[::3, ::3] for tile in tiles(digits / "samples" / "latest.png", 84)]
        rows = [made[row * 7 : row * 7 + 7] for row in range(3)]
        save(sheets.headed(rows, [""] * 7), pictures / "mnist.png")
    if photographs := FACES.run():
        save_faces(photographs, pictures)


def grown(sheet: Image.Image, step: int) -> Image.Image:
    """The first eight pictures of a sheet, enlarged, under their step."""
    # Of 80 pixels each, with gaps of 2.
    some = sheet.convert("RGB").crop((0, 0, 4 * 82 - 2, 2 * 82 - 2))
    large = some.resize((2 * some.width, 2 * some.height), Image.Resampling.NEAREST)
    return sheets.titled(large, f"step {step:,}")


def save_faces(run: Path, pictures: Path) -> None:
    """Faces that a run has made, and how its training went.

    The real ones are people: they are not shown.
    """
    # Pictures of 48 pixels stand on a sheet twice as large.
    made = [tile[::2, ::2] for tile in tiles(run / "samples" / "latest.png", 96)]
    rows = [made[row * 6 : row * 6 + 6] for row in range(4)]
    save(sheets.headed(rows, [""] * 6), pictures / "faces.webp")
    save(curves({"faces": run}, LOSSES), pictures / "faces_curves.png")


def arithmetic(made: np.ndarray) -> Image.Image:
    """A sum of latents: three rows of terms with their averages, then the results.

    Args:
        made: uint8 20×H×W×C as `common.commands.latents.arithmetic` orders them.
    """
    rows = made.reshape(5, 4, *made.shape[1:])
    names = ("low, dusk", "− tall, dusk", "+ tall, day", "= low, day", "")
    return sheets.headed(rows, ("", "", "", "mean of the three"), names)
