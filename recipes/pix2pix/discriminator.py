"""Pix2Pix's discriminator."""

from functools import partial

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan


class Pix2PixDiscriminator(Discriminator):
    """Picture, and what it was to be made from → a logit a patch (Isola et al. 2017, 3.2.2)."""

    def buildModel(self) -> keras.Model:
        """`sample` (N, H, W, C), `input` (N, H, W, C') in [-1, 1] → (N, h, w, 1), float32."""
        config = self.config
        return patchgan(
            {"sample": config.channels, "input": config.input_channels},
            config.width,
            config.patch_layers,
            partial(instance_norm, affine=True),
            bias=False,
        )
