"""The first GAN: games in the plane, and what its ideas look like."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from common.batches import rng_for
from common.callbacks.animation import animate
from data.contact import beside
from data.figure import new_figure, to_picture
from data.sheet import save
from tests.chapters.beside_real import beside_real
from tests.chapters.commands import python
from tests.chapters.tiles import tiles
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import RUNS
from tests.results import trained

#: The steps at which the ring is shown: where something is learned, many.
SHOWN = (0, 50, 100, 150, 200, 300, 400, 600, 800, 1000, 2000, 4000, 8000, 13000, 19000, 25000)
SHOWN += (30000, 36000)


def make(pictures: Path) -> None:
    ring, vanilla_ring = trained("first_gan", "ring")
    grid, vanilla_grid = trained("first_gan", "grid")
    digits, _ = trained("first_gan", "digits")
    # Most is learned before the second sheet of the run; the same training, looked at more often.
    often = ("--steps", 1000, "--sample-every", 50, "--log-every", 10)
    early = _anew("early", *often)
    minimax = ("--loss", "minimax", "--blur", 0, "--watchdog", "warn")
    bare = _anew("minimax", *minimax, *often)
    save_learning(early, ring, pictures / "ring.webp")
    runs = [ring, vanilla_ring, grid, vanilla_grid]
    save(lost([Image.open(run / "samples" / "latest.png") for run in runs]), pictures / "lost.png")
    both = {"with help": ring, "vanilla": vanilla_ring}
    save(curves(both, LOSSES), pictures / "curves.png")
    save(curves({"the beginning": early}, LOSSES), pictures / "beginning.png")
    both = {"default": early, "minimax, no blur": bare}
    save(curves(both, LOSSES), pictures / "minimax.png")
    made = tiles(digits / "samples" / "latest.png", 64)
    save(beside_real(made, "digits", 32, rows=4, each=4), pictures / "digits.png")
    python("recipes.first_gan.optimal", "--out", pictures / "optimal.png")
    save(_slopes(), pictures / "slopes.png")
    save(_folded(ring), pictures / "folded.png")
    # The first sheet of a training is drawn before anything is learned.
    began = _anew("pretrained", "--pretrain-discriminator", 500, "--steps", 1)
    frames = [began / "samples" / f"step-{step:07d}.png" for step in (0, 1)]
    save(beside(*(Image.open(frame) for frame in frames)), pictures / "pretrained.png")


def _anew(name: str, *flags) -> Path:
    """A short training of this chapter's own; returns its run."""
    run = RUNS / f"first_gan-{name}"
    shutil.rmtree(run, ignore_errors=True)
    python("recipes.first_gan.train", *flags, "--run", run)
    return run


def save_learning(early: Path, ring: Path, path: Path) -> None:
    """Animate a training in the plane, with the step and what the colours mean."""
    frames = []
    for step in SHOWN:
        name = f"step-{step:07d}.png"
        source = early if step <= 1000 else ring
        frames.append(RUNS / "frames" / name)
        save(with_key(Image.open(source / "samples" / name), step), frames[-1])
    animate(frames, path, most=len(frames), each=450)


def with_key(sheet: Image.Image, step: int) -> Image.Image:
    """A sheet of points under its step, and above a key of its colours."""
    key = (("#000000", "real"), ("#ffd700", "fake"), ("#2166ac", "D: real"), ("#b2182b", "D: fake"))
    return sheets.keyed(sheets.titled(sheet, f"step {step:,}"), key)


def lost(last: list[Image.Image]) -> Image.Image:
    """The last sheets of ring and grid, each with and without help, under their titles."""
    titles = ("ring, with help", "ring, vanilla", "grid, with help", "grid, vanilla")
    both = zip(last, titles, strict=True)
    return sheets.in_rows([sheets.titled(each.convert("RGB"), title) for each, title in both], 2)


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
