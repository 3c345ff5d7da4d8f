"""CGAN: the two networks put together, and told the same conditions."""

from common import loss
from common.conditions import drawn
from common.gan import GAN

from .config import Config
from .discriminator import CGANDiscriminator
from .generator import CGANGenerator
from .published import PublishedDiscriminator, PublishedGenerator


class CGAN(GAN):
    """CGAN for the labelled pictures that its configuration describes (Mirza, Osindero 2014)."""

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        kinds = (CGANGenerator, CGANDiscriminator)
        if self.config.network == "dense":
            kinds = (PublishedGenerator, PublishedDiscriminator)
        return tuple(kind(self.config, game) for kind in kinds)

    def fixed(self, count):
        """Return the latents and the conditions of the sample sheets."""
        return super().fixed(count) | drawn(self.config, self.config.seed, count)

    @property
    def sheet_columns(self):
        return self.config.columns
