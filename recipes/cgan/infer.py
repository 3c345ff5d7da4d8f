"""Make pictures with a trained CGAN: `python -m recipes.cgan.infer --help`."""

import sys

from common.commands.conditional import ConditionFlags as Flags
from common.commands.conditional import from_conditions as make
from common.commands.infer import main

from .config import Config

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
