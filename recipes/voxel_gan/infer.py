"""Make shapes with a trained 3D-GAN: `python -m recipes.voxel_gan.infer --help`."""

import sys

from common.commands.infer import from_latents as make
from common.commands.infer import main

from .config import Config

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make))
