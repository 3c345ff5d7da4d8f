"""Make pictures with a trained DCGAN: `python -m recipes.dcgan.infer --help`."""

import sys

from common.commands.infer import main
from recipes.dcgan.config import Config

if __name__ == "__main__":
    sys.exit(main("dcgan", Config))
