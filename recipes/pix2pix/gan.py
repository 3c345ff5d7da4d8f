"""Pix2Pix: the two networks put together."""

from functools import partial

import numpy as np

from common import loss
from common.translation.gan import TranslatingGAN
from data.resize import height_and_width

from .config import Config
from .discriminator import Pix2PixDiscriminator
from .generator import Pix2PixGenerator
from .noise import dropout


class Pix2Pix(TranslatingGAN):
    """Pix2Pix for the pairs that its configuration describes (Isola et al. 2017)."""

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return Pix2PixGenerator(self.config, game), Pix2PixDiscriminator(self.config, game)

    def draw(self, rng, count):
        """Draw the dropout masks of one batch."""
        return dropout(self.config, rng, count, height_and_width(self.config.image_size))

    def extra(self):
        """Return the function that draws dropout masks; dropout stays on at inference."""
        return partial(dropout, self.config)

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the examples' inputs, their translations, and the real pictures."""
        some = self.shown_examples()
        some = some.take(np.arange(min(count, len(some))))
        return {
            "input": some.inputs,
            "fake": self.translator().all(some.inputs),
            "real": some.samples,
        }
