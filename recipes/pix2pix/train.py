"""Train Pix2Pix: `python -m recipes.pix2pix.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    from .gan import Pix2Pix

    return Pix2Pix(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
