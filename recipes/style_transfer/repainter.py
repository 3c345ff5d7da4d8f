"""The generators that repaint any picture in the manner of one painting."""

import keras
import numpy as np
from keras import ops

from common.network import Generator
from data.pixels import to_float

from .perceptual import Perceptual
from .transformer import SIZES, light, structure, transformer


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
        #: Mean, deviation, darkest and brightest value of the painting's light, at each size.
        self._lights = [_measured(light(to_float(painting[None]), size)) for size in SIZES]

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, 3) → painted (N, H, W, 3), about in [-1, 1]."""
        # Pictures are grey at first, where the tanh is steep: near its ends hardly anything is
        # learned.
        return transformer(self.config, keras.initializers.VarianceScaling(0.01))

    def lossFunction(self, batch: dict, fake, discriminator) -> dict:
        """Compute the adversarial loss, and how much of the content is lost.

        Args:
            batch: The content (`input`), N×H×W×3, and parts of the painting (`real`).
            fake: This network's pictures.
            discriminator: Evaluated without side effects.
        """
        config = self.config
        terms = super().lossFunction(batch, fake, discriminator)
        # Normalised by its own deviation, a picture could have any contrast, and would leave the
        # range of the painting.
        made = structure(fake, [lights[:2] for lights in self._lights])
        kept = 0.0
        for mine, wanted, lights in zip(made, structure(batch["input"]), self._lights, strict=True):
            mean, deviation, darkest, brightest = lights
            reachable = ((end - mean) / deviation for end in (darkest, brightest))
            kept += ops.mean((mine - ops.clip(wanted, *reachable)) ** 2)
        return {
            "adversarial": config.style_weight * terms["adversarial"],
            "content": config.content_weight * kept,
        }


def _measured(lights) -> tuple[float, float, float, float]:
    """Mean, deviation, least and largest value; of a painting without contrast some deviation."""
    values = np.asarray(lights)
    return tuple(
        float(v) for v in (values.mean(), max(values.std(), 0.1), values.min(), values.max())
    )
