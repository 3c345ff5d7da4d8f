"""Train a Siamese GAN: `python -m recipes.siamese_gan.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    from .gan import SiameseGAN

    return SiameseGAN(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
