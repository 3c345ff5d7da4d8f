"""The generators that repaint any picture in the manner of one painting."""

import keras
from keras import ops

from common.network import Generator
from data.pixels import to_float

from .perceptual import Perceptual
from .transformer import structure, transformer


class FeedForward(Perceptual):
    """Generator that has learned one style from a perceptual loss (Johnson et al. 2016)."""

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, 3) → painted (N, H, W, 3), about in [-1, 1]."""
        return transformer(self.config)


class Forger(Generator):
    """Generator that has learned one style from a discriminator of the painting's patches.

    Args:
        config: The recipe's settings.
        loss: The adversarial loss.
        painting: The painting, uint8 H×W×3.
    """

    def __init__(self, config, loss, painting):
        super().__init__(config, loss)
        self._painting = to_float(painting[None])

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
        painting = structure(self._painting)
        made, wanted = structure(fake, self._painting), structure(batch["input"])
        # In the painting's own lights: if any contrast were as good as another, nothing would
        # hold the pictures within their range, and beyond it they learn no more.
        wanted = [
            ops.clip(w, ops.min(p), ops.max(p)) for w, p in zip(wanted, painting, strict=True)
        ]
        kept = sum(ops.mean((m - w) ** 2) for m, w in zip(made, wanted, strict=True))
        return {
            "adversarial": config.style_weight * terms["adversarial"],
            "content": config.content_weight * kept,
        }
