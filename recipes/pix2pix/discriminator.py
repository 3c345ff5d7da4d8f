"""Pix2Pix's discriminator."""

from functools import partial

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan


class Pix2PixDiscriminator(Discriminator):
    """PatchGAN from a picture and its input to a logit per patch (Isola et al. 2017, 3.2.2)."""

    def buildModel(self) -> keras.Model:
        """Build the model: `sample` (N, H, W, C), `input` (N, H, W, C') → logits (N, h, w, 1)."""
        config = self.config
        return patchgan(
            {"sample": config.channels, "input": config.input_channels},
            config.width,
            config.patch_layers,
            # Which would undo a spectral norm: it takes no notice of its input's scale.
            None if config.spectral_norm else partial(instance_norm, affine=True),
            bias=config.spectral_norm,
        )
