"""Train Pix2Pix: `python -m recipes.pix2pix.train --help`."""

import sys

from common.commands.train import main
from recipes.pix2pix.config import PRESETS


def build(config):
    """The GAN of a configuration; only here is TensorFlow imported."""
    from recipes.pix2pix.gan import Pix2Pix

    return Pix2Pix(config)


if __name__ == "__main__":
    sys.exit(main("pix2pix", PRESETS, build))
