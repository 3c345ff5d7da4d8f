"""Train CycleGAN: `python -m recipes.cyclegan.train --help`."""

import sys

from common.commands.train import main
from recipes.cyclegan.config import PRESETS


def build(config):
    """The GAN of a configuration; only here is TensorFlow imported."""
    from recipes.cyclegan.gan import CycleGAN

    return CycleGAN(config)


if __name__ == "__main__":
    sys.exit(main("cyclegan", PRESETS, build))
