"""Measure a trained Pix2Pix: `python -m recipes.pix2pix.evaluate --help`."""

import sys

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
    if L1_ALONE in scores.values:
        found.append(Bar("distance", most=1.2, of=L1_ALONE))
    return found


def ablation(config: Config) -> str:
    """What a run beside is called."""
    return "" if config.adversarial else L1_ALONE


if __name__ == "__main__":
    sys.exit(main("pix2pix", Config, build, bars, ablation))
