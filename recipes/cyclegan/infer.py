"""Translate with a trained CycleGAN: `python -m recipes.cyclegan.infer --help`."""

import sys

from common.translation.infer import main
from recipes.cyclegan.config import Config

if __name__ == "__main__":
    sys.exit(main("cyclegan", Config, both_ways=True))
