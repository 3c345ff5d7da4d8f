"""Measure a trained CycleGAN: `python -m recipes.cyclegan.evaluate --help`."""

import sys

from common.evaluation.scores import Bar, Scores
from common.translation.evaluate import main
from recipes.cyclegan.config import Config
from recipes.cyclegan.train import build

GAN_ALONE = "GAN alone"


def bars(scores: Scores) -> list[Bar]:
    """Near to the truth, with the picture's content, and without a message hidden in it."""
    found = [Bar("disturbed", most=2)]
    for way in ("there", "back"):
        if f"distance {way}" in scores.measures:
            found.append(Bar(f"distance {way}", most=0.5, of="identity"))
            if GAN_ALONE in scores.values:
                found.append(Bar(f"distance {way}", most=1, of=GAN_ALONE))
        if f"kept {way}" in scores.measures:
            found.append(Bar(f"kept {way}", least=0.95, of="real"))
    return found


def ablation(config: Config) -> str:
    """What a run beside is called."""
    return "" if config.cycle else GAN_ALONE


if __name__ == "__main__":
    sys.exit(main("cyclegan", Config, build, bars, ablation))
