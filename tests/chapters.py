"""`make chapters`: train, and make every picture that the chapters show.

Needs about five minutes on two cores. Pictures that are committed stay below 300 kB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import data
from common.samples import animate
from data.sheet import grid, save

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "runs" / "chapters"


def main() -> None:
    """Make the pictures of each chapter."""
    worlds()
    dcgan()


def worlds() -> None:
    """A contact sheet of each world, and what the worlds that come in two are made of."""
    pictures = ROOT / "data" / "pictures"
    for name, count in (
        ("houses", 60),
        ("digits", 90),
        ("stacked_digits", 30),
        ("facades", 32),
        ("seasons", 28),
        ("ring", 0),
        ("grid", 0),
    ):
        words = ("--count", count) if count else ()
        _python("data", name, *words, "--out", pictures / f"{name}.png")
    facades, seasons = data.find("facades").world, data.find("seasons:summer").world
    styles = facades.in_styles(1, np.arange(7), 128)
    save(grid(np.concatenate([styles.inputs[:1], styles.images]), 8), pictures / "styles.png")
    few = np.arange(1, 5)
    winters, _ = seasons.counterpart(few, 128)
    both = np.stack([seasons.draw(few, 128).images, winters], axis=1)
    save(grid(both.reshape(-1, 128, 128, 3), 8), pictures / "counterparts.png")


def dcgan() -> None:
    """The small configuration, seed 0: its grid, growth, walks and sums."""
    run, pictures = RUNS / "dcgan", ROOT / "recipes" / "dcgan" / "pictures"
    shutil.rmtree(run, ignore_errors=True)
    _python("recipes.dcgan.train", "--run", run)
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


def _python(*words) -> None:
    subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
