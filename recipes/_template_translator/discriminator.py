"""Template's discriminator."""

from functools import partial

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan


class TemplateDiscriminator(Discriminator):
    """Picture, and what it was made from → a logit a patch.

    Its loss is `common.network.Discriminator.lossFunction`. Penalties, spectral norm, DiffAugment
    and the like are settings of every recipe, and need no line here.
    """

    def buildModel(self) -> keras.Model:
        """`sample` (N, H, W, C'), `input` (N, H, W, C) in [-1, 1] → (N, h, w, 1), float32."""
        config = self.config
        # CHANGE: the network. What is judged is called `sample`; without `input` it judges
        # pictures by themselves.
        return patchgan(
            {"sample": config.channels, "input": config.input_channels},
            config.width,
            config.patch_layers,
            partial(instance_norm, affine=True),
            bias=False,
        )
