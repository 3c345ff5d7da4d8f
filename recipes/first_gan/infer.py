"""Make pictures with a trained first GAN: `python -m recipes.first_gan.infer --help`."""

import sys

from common.commands.infer import main
from recipes.first_gan.config import Config

if __name__ == "__main__":
    sys.exit(main("first_gan", Config))
