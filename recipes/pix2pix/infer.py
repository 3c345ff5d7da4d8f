"""Translate with a trained Pix2Pix: `python -m recipes.pix2pix.infer --help`."""

import sys
from functools import partial

from common.translation.infer import main
from recipes.pix2pix.config import Config
from recipes.pix2pix.noise import dropout

if __name__ == "__main__":
    sys.exit(main("pix2pix", Config, noise=lambda config: partial(dropout, config)))
