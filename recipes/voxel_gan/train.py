"""Train a 3D-GAN or a 3D-VAE-GAN: `python -m recipes.voxel_gan.train --help`."""

import sys

from common.commands.train import main

from .config import PRESETS


def build(config):
    """Build the trainer of a configuration; only here is TensorFlow imported."""
    if config.encoder:
        from .vae_gan import VoxelVAEGAN

        return VoxelVAEGAN(config)
    from .gan import VoxelGAN

    return VoxelGAN(config)


if __name__ == "__main__":
    sys.exit(main(__file__, PRESETS, build))
