"""Style transfer: worlds in one manner by each method, and photographs in the manner of paintings.

PAINTINGS=FOLDER names a folder with `content` and `style`, five pictures each; VGG16=FILE the
weights with which the same sheet is made once more. Each takes about half an hour.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from data.resize import fitted
from data.sheet import save
from recipes.style_transfer import style
from recipes.style_transfer.config import PRESETS
from recipes.style_transfer.measure import manners_for
from tests.chapters.commands import python
from tests.chapters.tiles import translations
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.photographs import RUNS
from tests.results import trained


def make(pictures: Path) -> None:
    made = []
    for name in ("adversarial", "optimise", "feedforward"):
        run, *_ = trained("style_transfer", name)
        # Test pictures, the same for each method; a run's samples may be of its own.
        made.append(translations(run / "painted.png", 64, 2)[:6])
        if name == "adversarial":
            save(curves({"one painting": run}, LOSSES), pictures / "curves.png")
    painting = style.painting("paintings:strokes", 64)
    rows = [[painting, one[0][0], *(each[1] for each in one)] for one in zip(*made, strict=True)]
    heads = ("painting", "content", "adversarial", "optimise", "feedforward")
    save(sheets.headed(rows, heads), pictures / "methods.webp")
    run, *_ = trained("style_transfer", "adain")
    any_style = translations(run / "painted.png", 64, 2)
    rows = [
        [content, manner, made]
        for (content, made), manner in zip(
            any_style, manners_for(PRESETS["adain"], len(any_style)), strict=True
        )
    ]
    rows = [first + second for first, second in zip(rows[:5], rows[5:10], strict=True)]
    save(sheets.headed(rows, ("content", "painting", "adain") * 2), pictures / "any.webp")
    place = os.environ.get("PAINTINGS")
    if not place:
        print("sheet.webp stays as it is: PAINTINGS=FOLDER names the pictures", file=sys.stderr)
        return
    save_paintings(Path(place), (), pictures / "sheet.webp")
    if file := os.environ.get("VGG16"):
        words = ("--features", "vgg16", "--vgg", file)
        save_paintings(Path(place), words, pictures / "sheet_vgg16.webp")
    else:
        print("sheet_vgg16.webp stays as it is: VGG16=FILE names the weights", file=sys.stderr)


def save_paintings(place: Path, words: tuple[str, ...], path: Path, side: int = 256) -> None:
    """A sheet of every content of a folder in the manner of every painting of it.

    It holds what was made alone: photographs and paintings may not be ours to pass on, and are
    named by their files.

    Args:
        place: A folder with `content` and `style`.
        words: Further words for infer.
        path: The sheet. What is made lies in a folder of its name, and is not made twice.
        side: Pixels of a picture's longer side.
    """
    contents, styles = (sorted((place / name).glob("*.jpg")) for name in ("content", "style"))
    folder = RUNS / f"style_transfer-{path.stem}"
    folder.mkdir(parents=True, exist_ok=True)
    reduced = []
    for file in contents:
        with Image.open(file) as picture:
            small = picture.convert("RGB")
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
        reduced.append(folder / f"{file.stem}.png")
        small.save(reduced[-1])
    rows = []
    for painting in styles:
        row = []
        for file in reduced:
            out = folder / f"{file.stem}-{painting.stem}.png"
            if not out.exists():
                words_of_one = ("--content", file, "--style", painting, "--out", out, *words)
                python("recipes.style_transfer.infer", *words_of_one)
            row.append(_square(out))
        rows.append(row)
    heads, names = ([_titled(file) for file in files] for files in (contents, styles))
    save(sheets.headed(rows, heads, names), path)


def _titled(file: Path) -> str:
    """A file's name without its year, in words."""
    return re.sub(r"[_-]+|\d{4}", " ", file.stem).strip()


def _square(file: Path, side: int = 160) -> np.ndarray:
    """The middle of a picture, uint8 side×side×3."""
    with Image.open(file) as picture:
        return np.asarray(fitted(picture.convert("RGB"), side))
