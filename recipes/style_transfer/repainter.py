"""The generators that repaint any picture in the manner of one painting."""

import keras
from keras import ops

from common.network import Generator

from .perceptual import Perceptual
from .transformer import structure, transformer


class FeedForward(Perceptual):
    """Generator that has learned one style from a perceptual loss (Johnson et al. 2016)."""

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, 3) → painted (N, H, W, 3), about in [-1, 1]."""
        return transformer(self.config)


class Forger(Generator):
    """Generator that has learned one style from a discriminator of the painting's patches."""

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, 3) → painted (N, H, W, 3), about in [-1, 1]."""
        return transformer(self.config)

    def lossFunction(self, batch: dict, fake, discriminator) -> dict:
        """Compute the adversarial loss, and how much of the content is lost.

        Args:
            batch: The content (`input`), N×H×W×3, and parts of the painting (`real`).
            fake: This network's pictures.
            discriminator: Evaluated without side effects.
        """
        config = self.config
        terms = super().lossFunction(batch, fake, discriminator)
        kept = sum(
            ops.mean((mine - theirs) ** 2)
            for mine, theirs in zip(structure(fake), structure(batch["input"]), strict=True)
        )
        return {
            "adversarial": config.style_weight * terms["adversarial"],
            "content": config.content_weight * kept,
        }
