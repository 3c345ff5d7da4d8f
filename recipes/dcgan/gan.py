"""DCGAN: the two networks put together."""

from common import loss
from common.gan import GAN

from .config import Config
from .discriminator import DCGANDiscriminator
from .generator import DCGANGenerator


class DCGAN(GAN):
    """DCGAN for the pictures that its configuration describes (Radford et al. 2016)."""

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return DCGANGenerator(self.config, game), DCGANDiscriminator(self.config, game)
