"""A contact sheet of each world, and what the worlds that come in two are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import data
from data.sheet import grid, save
from data.worlds.paintings import MANNERS
from tests.chapters.commands import python


def make(pictures: Path) -> None:
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
        python("data", name, *words, "--out", file)
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
