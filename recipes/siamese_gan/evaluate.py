"""Measure a trained Siamese GAN: `python -m recipes.siamese_gan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation import pictures
from common.evaluation.flags import PictureFlags
from common.evaluation.pictures import measure
from common.evaluation.scores import Criterion, Scores

from .config import OF_VECTORS, PRESETS, Config
from .train import build

DCGAN = "DCGAN"
#: Preset -> the name of its column.
_BESIDE = {name: name.replace("-", " ") for name in PRESETS if name not in ("small", "tiny")}
_BESIDE |= {"dcgan": DCGAN, "lsgan": "LSGAN"}


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: at least as near to real pictures as DCGAN's, and no copies."""
    return [Criterion("Fréchet distance", most=1, of=DCGAN), *pictures.criteria(scores)]


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for what a preset changes; "" for others."""
    # What would have stopped a run does not change what it learned.
    theirs = replace(theirs, watchdog=ours.watchdog)
    if theirs.loss not in OF_VECTORS:
        # Nor do settings of vectors, where there are none.
        unused = ("margin", "anchor", "squared")
        theirs = replace(theirs, **{name: getattr(ours, name) for name in unused})
    for preset, name in _BESIDE.items():
        changed = {
            field: value
            for field, value in vars(PRESETS[preset]).items()
            if value != getattr(PRESETS["small"], field) and field != "watchdog"
        }
        if theirs == replace(ours, **changed):
            return name
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, PictureFlags))
