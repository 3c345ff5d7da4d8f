"""Train an autoencoder: `python -m recipes.autoencoder.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    from .trainer import Autoencoder

    return Autoencoder(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
