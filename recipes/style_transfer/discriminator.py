"""The discriminator that knows one painting, by its patches."""

import keras

from common.network import Discriminator
from common.patchgan import patchgan


class Connoisseur(Discriminator):
    """PatchGAN that tells parts of one painting from what was painted after it.

    It sees no more than a patch at a time, so it learns strokes and colours, and never what is
    painted: where things are is left to the content. Nothing is normalised: that would take
    each picture's colours and contrast away, which are half of a manner.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, H, W, 3) in [-1, 1] → logits (N, h, w, 1), float32."""
        config = self.config
        return patchgan(
            {"sample": config.channels},
            config.discriminator_width,
            config.patch_layers,
            normalise=None,
            bias=True,
        )
