"""Measure a trained CycleGAN: `python -m recipes.cyclegan.evaluate --help`."""

import sys
from dataclasses import replace

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
            found.append(Bar(f"distance {way}", most=1, of=GAN_ALONE))
        if f"kept {way}" in scores.measures and "real" in scores.values:
            found.append(Bar(f"kept {way}", least=0.95, of="real"))
    return found


def ablation(theirs: Config, ours: Config) -> str:
    """What a run beside is called: it must differ in nothing but that."""
    return GAN_ALONE if theirs == replace(ours, cycle=0.0, identity=0.0) else ""


if __name__ == "__main__":
    sys.exit(main("cyclegan", Config, build, bars, ablation))
