"""Sheets of what was made of photographs, which are not ours to pass on."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from data.sheet import save
from tests.chapters.tiles import translations
from tests.pages import sheets
from tests.results import missing, trained


def save_made_alone(
    recipe: str, name: str, path: Path, side: int, columns: int, made: dict[int, str]
) -> None:
    """What was made in the last sheet of a trial on data that may not be there."""
    why = missing(recipe, name)
    if why:
        print(f"{path.name} stays as it is: {why}", file=sys.stderr)
        return
    run, _ = trained(recipe, name)
    rows = translations(run / "samples" / "latest.png", side, columns)
    save(made_alone(rows, made, 6), path)


def made_alone(rows: list, made: dict[int, str], count: int, across: int = 3) -> Image.Image:
    """What a network made of photographs, without the photographs: they are not ours to pass on.

    Args:
        rows: A translator's, as of `translations`.
        made: Which of their columns to show, in this order, and the heading of each.
        count: How many rows.
        across: How many pictures beside each other, where it is one column.
    """
    shown = [[row[column] for column in made] for row in rows[:count]]
    if len(made) > 1:
        return sheets.headed(shown, list(made.values()))
    flat = [tile for row in shown for tile in row]
    shown = [flat[i : i + across] for i in range(0, len(flat) - across + 1, across)]
    return sheets.headed(shown, [""] * across)
