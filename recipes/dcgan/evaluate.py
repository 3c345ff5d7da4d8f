"""Measure a trained DCGAN: `python -m recipes.dcgan.evaluate --help`."""

import sys

from common.evaluate import main
from common.evaluation.scores import Bar
from recipes.dcgan.config import Config
from recipes.dcgan.train import build


def bars(config: Config) -> list[Bar]:
    """Far from the start, better than a linear model of the pixels, and not by copying."""
    return [
        Bar("Fréchet distance", most=0.1, of="untrained"),
        Bar("Fréchet distance", most=1, of="PCA"),
        Bar("copying", most=0.55),
    ]


if __name__ == "__main__":
    sys.exit(main("dcgan", Config, build, bars))
