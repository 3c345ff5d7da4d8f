"""Make pictures with a trained Siamese GAN: `python -m recipes.siamese_gan.infer --help`."""

import sys

from common.commands.infer import LatentFlags as Flags
from common.commands.infer import from_latents as make
from common.commands.infer import main

from .config import Config

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
