"""Pix2Pix's generator: a U-Net."""

import keras
from keras import layers, ops

from common.layers import downsample, instance_norm, to_range, upsample
from common.network import Generator

from .noise import NOISY


class Pix2PixGenerator(Generator):
    """U-Net from a picture and noise to a picture (Isola et al. 2017, sections 3.2.1 and 6.1.1).

    The picture is halved until it is as small as can be, and doubled again. Each map on the way
    down is concatenated to that of its size on the way up, which so knows where things are.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, C), `noise_1` … (N, h, w, c) → (N, H, W, C').

        The output is float32 in [-1, 1]; H and W are multiples of 2^depth. The noise is dropout,
        which the paper keeps on after training; as it is drawn outside, it is the same wherever
        the network runs.
        """
        config = self.config
        widths = [config.width * min(2**level, 8) for level in range(config.halvings)]
        picture = keras.Input((None, None, config.input_channels), name="input")
        masks = [
            keras.Input((None, None, width), name=f"noise_{number}")
            for number, width in enumerate(widths[::-1][1 : NOISY + 1], 1)
        ]

        x, maps = picture, []
        for level, width in enumerate(widths):
            first, last = level == 0, level == len(widths) - 1
            # A single pixel, normalised, would be 0.
            normalised = not (first or last)
            x = x if first else layers.LeakyReLU(0.2)(x)
            x = downsample(x, width, 4)
            x = instance_norm(x, affine=True) if normalised else x
            maps.append(x)
        for number, width in enumerate(widths[::-1][1:]):
            # The last map down is the first one up, and no skip.
            x = x if number == 0 else layers.Concatenate()([x, maps[-1 - number]])
            x = upsample(layers.ReLU()(x), width, 4, config.upsampling)
            x = instance_norm(x, affine=True)
            if number < NOISY:
                x = x * ops.cast(masks[number], x.dtype)
        x = layers.ReLU()(layers.Concatenate()([x, maps[0]]))
        x = upsample(x, config.channels, 4, config.upsampling, bias=True)
        return keras.Model([picture, *masks], to_range(x), name="generator")

    def lossFunction(self, batch, fake, discriminator) -> dict:
        """Compute the adversarial loss and the L1 distance to the real pictures (equation 4).

        Args:
            batch: `real`, N×H×W×C in [-1, 1], and `input`, which D sees, too.
            fake: This generator's pictures of the same shape.
            discriminator: Evaluated without side effects.
        """
        near = {"l1": self.config.l1 * ops.mean(ops.abs(fake - batch["real"]))}
        if not self.config.adversarial:
            return near
        fooled = super().lossFunction(batch, fake, discriminator)["adversarial"]
        return {"adversarial": self.config.adversarial * fooled} | near
