"""The game about one painting: a forger against a connoisseur."""

import numpy as np

from common import loss
from common.gan import GAN

from . import style
from .config import Config
from .discriminator import Connoisseur
from .painted import one_by_one
from .repainter import Forger


class PaintingGAN(GAN):
    """GAN that learns to paint any picture in the manner of one painting.

    `real` in its batches are parts of the painting, and `input` is the content.
    """

    config_type = Config
    watched = "painted"
    sheet_across = 1

    def build_networks(self):
        config = self.config
        self._painting = style.painting(config.style, config.painting_size)
        game = loss.get(config.loss, config.label_smoothing)
        return Forger(config, game, self._painting), Connoisseur(config, game)

    def draw(self, rng, count):
        """Draw parts of the painting."""
        return {"real": style.crops(self._painting, self.config.sample_shape[:2], rng, count)}

    def fixed(self, count):
        """Return nothing: a sheet shows content alone, which is not drawn."""
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return content, and what was painted."""
        content = self.shown_examples().inputs[:count]
        return {"content": content, "painted": self.paint(content)}

    def paint(self, content: np.ndarray, batch: dict | None = None) -> np.ndarray:
        """Paint pictures uint8 N×H×W×3: float32 N×H×W×3, about in [-1, 1]."""
        with self.average.ema_models() as (generator, *_):
            return one_by_one(generator, {"input": content})
