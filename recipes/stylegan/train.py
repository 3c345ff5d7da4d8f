"""Train StyleGAN: `python -m recipes.stylegan.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    if config.growth:
        from .growth import GrowingStyleGAN

        return GrowingStyleGAN(config)
    from .gan import StyleGAN

    return StyleGAN(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
