"""Translate with Template: `python -m recipes._template_translator.infer --help`."""

import sys

from common.translation.infer import TranslateFlags as Flags
from common.translation.infer import main
from common.translation.infer import translate as make

from .config import Config

# CHANGE: the options are `Flags`, a dataclass, and `make` translates one picture, a function
# (run, flags, picture, its number) -> picture: both can be your own.

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
