"""SD-GAN: the two networks put together."""

import numpy as np

from common import loss
from common.batches import Batch, draw_latents
from common.gan import GAN

from .codes import IDENTITY, OBSERVATION, OTHER, on_sheet
from .config import OBSERVATIONS, Config


class SDGAN(GAN):
    """SD-GAN for pairs of pictures of one identity (Donahue et al. 2018, algorithm 1).

    The step is the template's: real pairs come with the batch, fake ones from the generator.
    """

    config_type = Config

    def build_networks(self):
        if self.config.game == "began":
            from .began import PairAutoencoder, SDBEGANGenerator

            return SDBEGANGenerator(self.config), PairAutoencoder(self.config)
        from .discriminator import PairDiscriminator
        from .generator import SDDCGANGenerator

        game = loss.get(self.config.loss, self.config.label_smoothing)
        return SDDCGANGenerator(self.config, game), PairDiscriminator(self.config, game)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw the codes of pairs: one identity and two observations each, uniform in [-1, 1]."""
        config = self.config
        sizes = {IDENTITY: config.identity_size}
        sizes |= dict.fromkeys((OBSERVATION, OTHER), config.observation_size)
        return {name: draw_latents(rng, count, size, "uniform") for name, size in sizes.items()}

    def fixed(self, count: int) -> Batch:
        """Return the codes of the sample sheets: a row an identity, a column an observation."""
        return on_sheet(self.config, self.config.seed, count)

    def sample(self, given: int | Batch = 64) -> np.ndarray:
        """Sample the averaged generator: single pictures, float32 N×H×W×C in [-1, 1].

        Args:
            given: How many, of those on the sample sheets; or codes, as `identity_code` and
                `observation_code`, float32 N×size.
        """
        return super().sample(given)

    @property
    def sheet_columns(self) -> int:
        """As `Trainer.sheet_columns`: a row shows one identity."""
        return OBSERVATIONS
