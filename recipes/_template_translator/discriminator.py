"""Template's discriminator."""

from functools import partial

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan


class TemplateDiscriminator(Discriminator):
    """PatchGAN from a picture and its input to a logit for each patch.

    Its loss is `common.network.Discriminator.lossFunction`. Penalties, spectral norm, DiffAugment
    and the like are settings of every recipe, and need no line here.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: `sample` (N, H, W, C'), `input` (N, H, W, C) → logits (N, h, w, 1)."""
        config = self.config
        # CHANGE: the network. The Input for real or fake pictures is called `sample`; without
        # `input` the logits depend on them alone.
        return patchgan(
            {"sample": config.channels, "input": config.input_channels},
            config.width,
            config.patch_layers,
            # Instance normalisation would undo a spectral norm: it ignores its input's scale.
            None if config.spectral_norm else partial(instance_norm, affine=True),
            bias=config.spectral_norm,
        )
