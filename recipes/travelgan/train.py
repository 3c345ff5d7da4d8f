"""Train TraVeLGAN: `python -m recipes.travelgan.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    if config.single:
        from .single import SingleTravelGAN

        return SingleTravelGAN(config)
    from .gan import TravelGAN

    return TravelGAN(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
