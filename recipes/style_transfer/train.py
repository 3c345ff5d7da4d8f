"""Train style transfer: `python -m recipes.style_transfer.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    if config.method == "adversarial":
        from .gan import PaintingGAN

        return PaintingGAN(config)
    from .trainer import StyleTransfer

    return StyleTransfer(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
