"""What all GANs have in common whose generator makes pictures from pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image

from common.gan import GAN
from common.translation.translate import Noise, Translator, no_noise
from data.pixels import to_pixels
from data.sheet import grid


class TranslatingGAN(GAN):
    """A GAN that shows what it makes of pictures of the test split."""

    def noise_of(self) -> Noise:
        """What the generator's networks take beside pictures, when they are put to work."""
        return no_noise

    def translator(self, which: int = 0) -> Translator:
        """The averaged generator, or another of its networks, put to work."""

        def network(inputs, training: bool):
            with self.average.ema_models() as networks:
                return networks[which](inputs, training=training)

        return Translator(network, self.config.padded_to, self.noise_of())


def side_by_side(*columns: np.ndarray, across: int = 2) -> Image.Image:
    """Pictures in rows, those of one index beside each other.

    Args:
        columns: uint8, or float in [-1, 1], N×H×W×C, C 1 or 3.
        across: How many indices share a row.
    """
    pixels = [c if c.dtype == np.uint8 else to_pixels(c) for c in columns]
    channels = max(c.shape[-1] for c in pixels)
    pixels = [np.broadcast_to(c, (*c.shape[:3], channels)) for c in pixels]
    together = np.stack(pixels, axis=1).reshape(-1, *pixels[0].shape[1:3], channels)
    return grid(together, columns=len(columns) * across)
