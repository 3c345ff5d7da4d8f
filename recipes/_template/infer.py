"""Sample from Template: `python -m recipes._template.infer --help`."""

import sys

from common.commands.infer import LatentFlags as Flags
from common.commands.infer import from_latents as make
from common.commands.infer import main

from .config import Config

# CHANGE: the options are `Flags`, a dataclass, and the output comes from `make`, a function
# (run, flags) -> `common.commands.made.Made`: both can be your own.

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
