"""Measure a trained Pix2Pix: `python -m recipes.pix2pix.evaluate --help`."""

import sys
from dataclasses import replace

from common.evaluation.scores import Bar, Scores
from common.translation.evaluate import main
from recipes.pix2pix.config import Config
from recipes.pix2pix.train import build

L1_ALONE = "L1 alone"


def bars(scores: Scores) -> list[Bar]:
    """The labels are in the picture, it is near to the real one, and as sharp."""
    found = [Bar("fine power", least=0.7, most=1.3)]
    if "labels read" in scores.measures:
        found.insert(0, Bar("labels read", least=0.95, of="real"))
    return [*found, Bar("distance", most=1.2, of=L1_ALONE)]


def ablation(theirs: Config, ours: Config) -> str:
    """What a run beside is called: it must differ in nothing but that."""
    return L1_ALONE if theirs == replace(ours, adversarial=0.0) else ""


if __name__ == "__main__":
    sys.exit(main("pix2pix", Config, build, bars, ablation))
