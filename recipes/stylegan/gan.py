"""StyleGAN: the two networks put together."""

import numpy as np

from common import loss, stabilise
from common.batches import Batch
from common.gan import GAN
from common.network import Discriminator, Generator

from . import inputs
from .config import Config
from .control import PlainDiscriminator, PlainGenerator
from .discriminator import ResidualDiscriminator, StyleDiscriminator
from .generator import StyleGenerator
from .second import ModulatedGenerator

_NETWORKS = {
    0: (PlainGenerator, PlainDiscriminator),
    1: (StyleGenerator, StyleDiscriminator),
    2: (ModulatedGenerator, ResidualDiscriminator),
}


class StyleGAN(GAN):
    """StyleGAN for the pictures that its configuration describes (Karras et al. 2019, 2020).

    The step is the template's, with a non-saturating loss and R1. What is new lies in the networks.
    """

    config_type = Config

    def build_networks(self):
        return self.build_game(*_NETWORKS[self.config.generation])

    def build_game(self, generator: type[Generator], discriminator: type[Discriminator]):
        """Build two networks that play against each other."""
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return generator(self.config, game), discriminator(self.config, game)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw latents and noise, to be sampled from."""
        return inputs.drawn(self.config, rng, count)

    def _draw(self, rng: np.random.Generator, count: int) -> Batch:
        # Styles are mixed in training alone.
        drawn = inputs.learned_from(self.config, rng, count)
        return drawn | stabilise.draw(rng, count, self.config)

    def fixed(self, count: int) -> Batch:
        """Return the inputs of the sample sheets: truncated, not mixed."""
        return inputs.fixed(self.config, self.config.seed, count)
