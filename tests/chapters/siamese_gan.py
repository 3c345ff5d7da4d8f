"""The Siamese GAN: houses beside the plane of their vectors; what a vector of one number is."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from data.figure import new_figure, to_picture
from data.sheet import save
from tests.chapters.beside_real import beside_real
from tests.chapters.growth import save_growth
from tests.chapters.tiles import tiles
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import RUNS
from tests.results import missing, trained


def make(pictures: Path) -> None:
    save(one_number(), pictures / "length1.png")
    run, _ = trained("siamese_gan", "houses")
    save_growth(run, with_plane, pictures / "plane.webp")
    with Image.open(run / "samples" / "latest.png") as sheet:
        # Eight pictures a row, of 64 pixels each, with gaps of 2; the plane is to their right.
        alone = RUNS / "frames" / "siamese_gan.png"
        save(sheet.crop((0, 0, 8 * 66 - 2, 8 * 66 - 2)), alone)
    made = [tile[::2, ::2] for tile in tiles(alone, 64)]
    save(beside_real(made, "houses", 32, rows=4, each=4), pictures / "samples.png")
    shown = {
        "from the point": [f"discriminator/{kind}_distance" for kind in ("real", "fake")],
        "D's pairwise accuracy": LOSSES["D's pairwise accuracy"],
    }
    save(curves({"houses": run}, shown), pictures / "curves.png")
    if why := missing("siamese_gan", "flowers"):
        print(f"flowers.webp stays as it is: {why}", file=sys.stderr)
    else:
        flowers, _ = trained("siamese_gan", "flowers")
        with Image.open(flowers / "samples" / "latest.png") as sheet:
            save(sheet.convert("RGB"), pictures / "flowers.webp")


def with_plane(sheet: Image.Image, step: int) -> Image.Image:
    """Eighteen pictures of a sheet and the plane beside them, under their step."""
    whole = sheet.convert("RGB")
    across, high = 3 * 66 - 2, 6 * 66 - 2
    both = Image.new("RGB", (across + 400, 400), "white")
    both.paste(whole.crop((0, 0, across, high)), (0, 3))
    both.paste(whole.crop((whole.width - 400, 0, whole.width, 400)), (across, 0))
    return sheets.titled(both, f"step {step:,}")


def one_number() -> Image.Image:
    """What D minimises for fake pictures with a vector of one number, beside LSGAN's."""
    from common.loss import LeastSquares
    from common.vectors import Anchored

    anchored, lsgan = Anchored(margin=1.0), LeastSquares()
    vectors = np.linspace(-1.5, 2, 141, dtype=np.float32)
    losses = {
        "margin": [float(anchored.discriminator(0 * v, v)) for v in vectors[:, None, None]],
        # Real pictures at 0 and fake ones at 1, without the ½.
        "LSGAN": [2 * float(lsgan.discriminator(1 + 0 * v, 1 - v)) for v in vectors],
    }
    figure = new_figure(7, 3)
    left, right = figure.subplots(1, 2)
    for (name, loss), style in zip(losses.items(), ("-", "--"), strict=True):
        left.plot(vectors, loss, style, label=name)
        right.plot(vectors, np.gradient(loss, vectors), style, label=name)
    left.set(title="D's loss for a fake picture", xlabel="D(G(z))", ylim=(0, 6.5))
    right.set(title="its slope", xlabel="D(G(z))")
    left.legend()
    return to_picture(figure)
