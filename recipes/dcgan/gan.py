"""DCGAN: the two players put together."""

from common import loss
from common.gan import GAN
from recipes.dcgan.config import Config
from recipes.dcgan.discriminator import DCGANDiscriminator
from recipes.dcgan.generator import DCGANGenerator


class DCGAN(GAN):
    """A DCGAN for the pictures that `config` describes (size and channels settled)."""

    def __init__(self, config: Config):
        game = loss.get(config.loss)
        super().__init__(config, DCGANGenerator(config, game), DCGANDiscriminator(config, game))
