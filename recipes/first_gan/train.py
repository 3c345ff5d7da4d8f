"""Train the first GAN: `python -m recipes.first_gan.train --help`."""

import sys

from common.commands.train import main
from recipes.first_gan.config import PRESETS


def build(config):
    """The GAN of a configuration; only here is TensorFlow imported."""
    from recipes.first_gan.gan import FirstGAN

    return FirstGAN(config)


if __name__ == "__main__":
    sys.exit(main("first_gan", PRESETS, build))
