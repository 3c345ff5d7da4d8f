"""Translate with a trained Pix2Pix: `python -m recipes.pix2pix.infer --help`."""

import sys
from functools import partial

from common.translation.infer import TranslateFlags as Flags
from common.translation.infer import main, translate

from .config import Config
from .noise import dropout


def noise(config: Config, flags: Flags):
    """Return the function that draws dropout masks, on after training (Isola et al. 2017, 2.1)."""
    return partial(dropout, config)


make = partial(translate, extra=noise)

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
