"""The discriminator that knows one painting, by its patches."""

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan


class Connoisseur(Discriminator):
    """PatchGAN that tells parts of one painting from what was painted after it.

    It sees no more than a patch at a time, so it learns strokes and colours, and never what is
    painted: where things are is left to the content.
    """

    # Each picture is normalised by itself.
    joint_pass = True

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, H, W, 3) in [-1, 1] → logits (N, h, w, 1), float32."""
        config = self.config
        # Which would undo a spectral norm: it takes no notice of its input's scale.
        norm = None if config.spectral_norm else instance_norm
        return patchgan(
            {"sample": config.channels},
            config.discriminator_width,
            config.patch_layers,
            norm,
            bias=True,
        )
