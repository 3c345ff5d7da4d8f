"""StyleGAN: the two networks put together."""

import numpy as np

from common import loss
from common.batches import Batch
from common.gan import GAN

from . import inputs
from .config import Config
from .discriminator import ResidualDiscriminator, StyleDiscriminator
from .generator import StyleGenerator
from .second import ModulatedGenerator


class StyleGAN(GAN):
    """StyleGAN for the pictures that its configuration describes (Karras et al. 2019, 2020).

    The step is the template's, with a non-saturating loss and R1. What is new lies in the networks.
    """

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        if self.config.generation == 2:
            return ModulatedGenerator(self.config, game), ResidualDiscriminator(self.config, game)
        return StyleGenerator(self.config, game), StyleDiscriminator(self.config, game)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw latents, a cut and noise, as `inputs.drawn`."""
        return inputs.drawn(self.config, rng, count)

    def fixed(self, count: int) -> Batch:
        """Return the inputs of the sample sheets: truncated, not mixed."""
        return inputs.fixed(self.config, self.config.seed, count)
