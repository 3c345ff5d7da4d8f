"""Measure a trained first GAN: `python -m recipes.first_gan.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation.scores import Bar
from recipes.first_gan.config import Config
from recipes.first_gan.train import build


def bars(config: Config) -> list[Bar]:
    """Of points every mode, rightly shaped; of pictures more than a linear model has, uncopied."""
    if config.makes_pictures:
        return [
            Bar("Fréchet distance", most=0.1, of="untrained"),
            Bar("Fréchet distance", most=1, of="PCA"),
            Bar("copying", most=0.55),
            Bar("copied", most=0.05),
        ]
    # The grid's 25 modes may lack one.
    return [
        Bar("modes", least=24 if config.data == "grid" else 8),
        Bar("high quality", least=0.9),
        Bar("spread", least=0.7, most=1.3),
    ]


if __name__ == "__main__":
    sys.exit(main("first_gan", Config, build, bars))
