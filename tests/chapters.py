"""`make chapters`: make every picture that the chapters show.

They are of the runs of `make results` with seed 0, which are trained first where they are
missing (about a quarter of an hour on two cores). What is committed stays below 300 kB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import data
from common.batches import rng_for
from common.callbacks.animation import animate
from data.contact import beside
from data.figure import new_figure, to_picture
from data.sheet import grid, save
from data.worlds.paintings import MANNERS
from tests.console import carried_out, shown_in
from tests.results import missing, trained

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "runs" / "chapters"


def main() -> None:
    """Make the pictures of each chapter."""
    worlds()
    data_prep()
    first_gan()
    dcgan()
    cgan()
    pix2pix()
    cyclegan()


def worlds() -> None:
    """A contact sheet of each world, and what the worlds that come in two are made of."""
    pictures = ROOT / "data" / "pictures"
    for name, count in (
        ("houses", 60),
        ("digits", 90),
        ("stacked_digits", 30),
        ("facades", 32),
        ("faces", 48),
        ("eyes", 32),
        ("furniture:views:128", 30),
        ("paintings", 28),
        ("seasons", 28),
        ("ring", 0),
        ("grid", 0),
    ):
        words = ("--count", count) if count else ()
        file = pictures / f"{name.split(':')[0]}.png"
        _python("data", name, *words, "--out", file)
    facades, seasons = data.find("facades").world, data.find("seasons:summer").world
    styles = facades.in_styles(1, np.arange(7), 128)
    save(grid(np.concatenate([styles.inputs[:1], styles.samples]), 8), pictures / "styles.png")
    few = np.arange(1, 5)
    winters, _ = seasons.counterpart(few, 128)
    both = np.stack([seasons.draw(few, 128).samples, winters], axis=1)
    save(grid(both.reshape(-1, 128, 128, 3), 8), pictures / "counterparts.png")
    fruits = [data.find(f"fruit:{name}").world for name in ("apples", "oranges", "bananas")]
    rows = [world.draw(np.arange(11), 64).samples for world in fruits]
    save(grid(np.concatenate(rows), 11), pictures / "fruit.png")
    few, apples = np.arange(2, 7), fruits[0]
    rows = [apples.draw(few, 96).samples]
    rows += [apples.counterpart(few, 96, to=world)[0] for world in fruits[1:]]
    save(grid(np.concatenate(rows), 5), pictures / "same_fruit.png")
    plain = data.find("paintings:scenes").world
    manners = [data.find(f"paintings:{name}").world for name in MANNERS]
    each = [plain.counterpart(np.array([12]), 156, to=world)[0] for world in (plain, *manners)]
    save(grid(np.concatenate(each), 6), pictures / "manners.png")


def data_prep() -> None:
    """The contact sheets that the commands of chapter 2 make."""
    chapter = ROOT / "recipes" / "data_prep"
    with tempfile.TemporaryDirectory() as place:
        for shown in shown_in(chapter / "README.md"):
            carried_out(shown, Path(place))
        for sheet in Path(place).glob("*.png"):
            shutil.copy(sheet, chapter / "pictures" / sheet.name)


def first_gan() -> None:
    """The first GAN: games in the plane, and what its ideas look like."""
    pictures = ROOT / "recipes" / "first_gan" / "pictures"
    ring, vanilla_ring = trained("first_gan", "ring")
    grid, vanilla_grid = trained("first_gan", "grid")
    digits, _ = trained("first_gan", "digits")
    frames = sorted((ring / "samples").glob("step-*.png"))
    animate([_smaller(f, ring / "frames", 300) for f in frames], pictures / "ring.webp", most=20)
    _row([ring, vanilla_ring, grid, vanilla_grid], pictures / "lost.png")
    shutil.copy(digits / "samples" / "latest.png", pictures / "digits.png")
    _python("recipes.first_gan.optimal", "--out", pictures / "optimal.png")
    save(_slopes(), pictures / "slopes.png")
    save(_folded(ring), pictures / "folded.png")
    # The first sheet of a training is drawn before anything is learned.
    began = RUNS / "first_gan-pretrained"
    shutil.rmtree(began, ignore_errors=True)
    words = ("--pretrain-discriminator", 500, "--steps", 1, "--run", began)
    _python("recipes.first_gan.train", *words)
    sheets = [began / "samples" / f"step-{step:07d}.png" for step in (0, 1)]
    save(beside(*(Image.open(sheet) for sheet in sheets)), pictures / "pretrained.png")


def _smaller(frame: Path, folder: Path, side: int) -> Path:
    save(Image.open(frame).resize((side, side), Image.Resampling.LANCZOS), folder / frame.name)
    return folder / frame.name


def _row(runs: list[Path], path: Path) -> None:
    """The last sheets of some runs beside each other."""
    sheets = [Image.open(run / "samples" / "latest.png").resize((300, 300)) for run in runs]
    row = sheets[0]
    for sheet in sheets[1:]:
        row = beside(row, sheet)
    save(row, path)


def _slopes() -> Image.Image:
    """What the generator minimises, and how steeply, for logits from sure to fooled."""
    from recipes.first_gan.gan import FirstLoss

    logits = np.linspace(-6, 6, 121, dtype=np.float32)
    figure = new_figure(7, 3)
    left, right = figure.subplots(1, 2)
    for name, minimax in (("minimax", True), ("non-saturating", False)):
        loss = [float(FirstLoss(minimax).generator(logit)) for logit in logits]
        left.plot(logits, loss, label=name)
        right.plot(logits, np.abs(np.gradient(loss, logits)), label=name)
    left.set(title="the generator's loss", xlabel="D(G(z))")
    right.set(title="its slope", xlabel="D(G(z))")
    left.legend()
    return to_picture(figure)


def _folded(run: Path) -> Image.Image:
    """Where each latent goes: the plane of latents and the plane of points in equal colours."""
    from common.machine import backend

    latents = rng_for(0, "folded").standard_normal((6000, 2)).astype(np.float32)
    points = np.asarray(backend.load_network(run / "generator.keras")(latents))
    colour = np.arctan2(latents[:, 1], latents[:, 0])
    figure = new_figure(7, 3.5)
    for axes, place, title in zip(
        figure.subplots(1, 2), (latents, points), ("latents", "samples"), strict=True
    ):
        axes.scatter(*place.T, s=3, c=colour, cmap="hsv", linewidths=0)
        axes.set(title=title, aspect="equal")
    return to_picture(figure)


def dcgan() -> None:
    """The small configuration, seed 0: its grid, growth, walks and sums."""
    pictures = ROOT / "recipes" / "dcgan" / "pictures"
    run, _ = trained("dcgan", "houses")
    infer = ("recipes.dcgan.infer", "--run", run)
    _python(*infer, "--interpolate", 6, "--out", pictures / "interpolation.png")
    # Low houses at dusk − tall ones at dusk + tall ones by day, chosen from numbered.webp.
    words = "14,41,54 - 31,39,45 + 16,34,55"
    _python(*infer, "--arithmetic", words, "--out", pictures / "arithmetic.png")
    _python(*infer, "--numbered", "--count", 64, "--out", pictures / "numbered.webp")
    shutil.copy(run / "samples" / "latest.png", pictures / "samples.png")
    # The first rows of the grid are enough to see it grow, and small enough to be shown.
    frames = []
    for frame in sorted((run / "samples").glob("step-*.png")):
        frames.append(run / "frames" / frame.name)
        whole = Image.open(frame)
        save(whole.crop((0, 0, whole.width, 3 * whole.width // 8)), frames[-1])
    animate(frames, pictures / "growth.webp", most=12)


def cgan() -> None:
    """Digits by label and in a row, and houses in words that no training picture had together."""
    pictures = ROOT / "recipes" / "cgan" / "pictures"
    pictures.mkdir(exist_ok=True)
    digits, _ = trained("cgan", "digits")
    houses, _ = trained("cgan", "houses")
    shutil.copy(digits / "samples" / "latest.png", pictures / "samples.png")
    infer = ("recipes.cgan.infer", "--run")
    words = ("--text", "2026", "--lines", 5)
    _python(*infer, digits, *words, "--out", pictures / "text.png")
    words = ("--showing", "red tower winter", "--count", 24)
    _python(*infer, houses, *words, "--out", pictures / "words.png")
    # Pictures of 28 pixels are shown at three times their size.
    _real("cgan", "mnist", pictures / "mnist.png", side=84)


def pix2pix() -> None:
    """Façades with and without an adversary, and photographs where they are to be had."""
    pictures = ROOT / "recipes" / "pix2pix" / "pictures"
    pictures.mkdir(exist_ok=True)
    run, alone = trained("pix2pix", "facades")
    shutil.copy(run / "samples" / "latest.png", pictures / "samples.png")
    sheets = [np.asarray(Image.open(r / "samples" / "latest.png")) for r in (run, alone)]
    # Of the first pair in each of two rows: the label map, then both answers, then the truth.
    step = 66
    columns = [
        [sheet[row * step : row * step + 64, 3 * half * step + step :][:, :64] for sheet in sheets]
        for row in range(4)
        for half in range(2)
    ]
    both = np.stack([np.stack(pair) for pair in columns], axis=1)
    save(grid(both.reshape(-1, 64, 64, 3), columns=8), pictures / "l1.png")
    _real("pix2pix", "photographs", pictures / "photographs.png")


def cyclegan() -> None:
    """Seasons, and paintings where they are to be had."""
    pictures = ROOT / "recipes" / "cyclegan" / "pictures"
    pictures.mkdir(exist_ok=True)
    run, _ = trained("cyclegan", "seasons")
    save(_upper(run / "samples" / "latest.png"), pictures / "samples.png")
    _real("cyclegan", "monet2photo", pictures / "paintings.png")


def _upper(sheet: Path, rows: int = 6, side: int = 64) -> Image.Image:
    """The first rows of a sheet of pictures `side` pixels high, if it has more."""
    with Image.open(sheet) as picture:
        return picture.crop((0, 0, picture.width, min(picture.height, rows * (side + 2) - 2)))


def _real(recipe: str, name: str, path: Path, side: int = 64) -> None:
    """The last sheet of a trial on data that may not be there; then the picture stays."""
    why = missing(recipe, name)
    if why:
        print(f"{path.name} stays as it is: {why}", file=sys.stderr)
        return
    run, _ = trained(recipe, name)
    save(_upper(run / "samples" / "latest.png", side=side), path)


def _python(*words) -> None:
    subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
