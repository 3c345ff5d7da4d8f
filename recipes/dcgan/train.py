"""Train DCGAN: `python -m recipes.dcgan.train --help`."""

import sys

from common.commands.train import main
from recipes.dcgan.config import PRESETS


def build(config):
    """The GAN of a configuration; only here is TensorFlow imported."""
    from recipes.dcgan.gan import DCGAN

    return DCGAN(config)


if __name__ == "__main__":
    sys.exit(main("dcgan", PRESETS, build))
