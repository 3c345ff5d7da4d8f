"""TraVeLGAN: apples and oranges, apples and bananas, and the lengths of differences."""

from __future__ import annotations

import sys
from pathlib import Path

from data.sheet import save
from tests.chapters.made_alone import save_made_alone
from tests.chapters.tiles import translations
from tests.pages import sheets
from tests.pages.curves import LOSSES, curves
from tests.results import ablation, missing, trained


def make(pictures: Path) -> None:
    run, _ = trained("travelgan", "fruit")
    rows = translations(run / "samples" / "latest.png", 64, 4)
    heads = ("apples", "→ oranges", "oranges", "→ apples")
    save(sheets.headed(rows[:6], heads), pictures / "samples.png")
    one, _ = trained("travelgan", "one")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": [f"siamese/{term}" for term in ("margin", "euclidean", "cosine")],
    }
    save(curves({"fruit": run}, shown), pictures / "curves.png")
    both = {"one": one, "no-floor": ablation("travelgan", "one", "no-floor")}
    ratio = {"‖v′‖ / ‖v‖": ["discriminator/length_ratio"]}
    save(curves(both, ratio), pictures / "ratio.png")
    both = [missing("travelgan", name) for name in ("bananas", "one-bananas")]
    if why := next(filter(None, both), ""):
        print(f"bananas.png stays as it is: {why}", file=sys.stderr)
    else:
        save_bananas(pictures / "bananas.png")
    words = {1: "→ orange", 3: "→ apple"}
    save_made_alone("travelgan", "apple2orange", pictures / "apple2orange.webp", 64, 4, words)


def save_bananas(path: Path) -> None:
    """The same apples as bananas, by three networks and by one discriminator's."""
    three, one = (trained("travelgan", name)[0] for name in ("bananas", "one-bananas"))
    rows = zip(
        translations(three / "samples" / "latest.png", 64, 4),
        translations(one / "samples" / "latest.png", 64, 2),
        strict=True,
    )
    shown = [[first[0], first[1], second[1]] for first, second in rows]
    save(sheets.headed(shown[:6], ("apples", "TraVeLGAN", "one")), path)
