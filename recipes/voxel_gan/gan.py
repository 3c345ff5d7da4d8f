"""3D-GAN: the two networks put together."""

import numpy as np

from common import loss
from common.gan import GAN

from .config import Config
from .discriminator import VoxelDiscriminator
from .generator import VoxelGenerator


class VoxelGAN(GAN):
    """3D-GAN for grids of voxels (Wu et al. 2016, section 3.1): DCGAN's game in three dimensions.

    The step is the template's; what is new lies in the discriminator, which gates its update.
    """

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return VoxelGenerator(self.config, game), VoxelDiscriminator(self.config, game)

    def sample(self, given=64) -> np.ndarray:
        """Sample the averaged generator: occupancies, float32 N×S×S×S×1 in [0, 1].

        Args:
            given: How many, of those on the sample sheets; or latents, as `latent`.
        """
        return super().sample(given)
