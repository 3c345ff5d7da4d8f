"""Translate with a trained TraVeLGAN: `python -m recipes.travelgan.infer --help`."""

import sys

from common.translation.infer import TranslateFlags as Flags
from common.translation.infer import main
from common.translation.infer import translate as make

from .config import Config

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
