"""TraVeLGAN's generators: U-Nets."""

from __future__ import annotations

from functools import partial

import keras
from keras import layers

from common.layers import to_range, upsample
from common.network import Generator

from .blocks import halved, norm, widths_from
from .siamese import content


class TravelGenerator(Generator):
    """Two U-Nets, A→B and B→A (Amodio and Krishnaswamy 2019, section 4, and the authors' code)."""

    def buildModel(self) -> tuple[keras.Model, keras.Model]:
        """Build A→B and B→A: (N, H, W, C) → (N, H, W, C'), in [-1, 1]."""
        config = self.config
        return (
            unet(config, config.input_channels, config.channels, "generator"),
            unet(config, config.channels, config.input_channels, "generator_back"),
        )

    def lossFunction(self, batch: dict, fakes, vectors, discriminator) -> dict:
        """Compute the adversarial losses of both directions, and what the vectors say of content.

        Args:
            batch: Pictures of A (`input`) and of B (`real`), N×H×W×C in [-1, 1].
            fakes: Translations of B to A, and of A to B.
            vectors: Of each direction the Siamese vectors of originals and of translations.
            discriminator: Evaluated without side effects.
        """
        fooled = 0.0
        reals = batch["input"], batch["real"]
        for which, (real, fake) in enumerate(zip(reals, fakes, strict=True)):
            logits = partial(discriminator.logits, batch=batch, frozen=True, which=which)
            real_logits = logits(real) if self.loss.generator_needs_real else None
            fooled += self.loss.generator(logits(fake), real_logits)
        return {"adversarial": fooled} | content(vectors, self.config)


def unet(config, channels_in: int, channels_out: int, name: str, inner=lambda x: x):
    """Build a U-Net that halves pictures down to 8 pixels, with skips at each size.

    4×4 kernels of stride 2 throughout, batch normalisation everywhere but in the first layer and
    in the last; no dropout.

    Args:
        channels_in, channels_out: Colour channels of pictures and of translations.
        name: The model's.
        inner: What the smallest map passes: a function of tensors.
    """
    widths = widths_from(config.width, config.halvings, most=4)
    picture = keras.Input((None, None, channels_in), name="input")
    x, maps = picture, []
    for level, width in enumerate(widths):
        x = halved(x, width, normalised=level > 0)
        maps.append(x)
    x = inner(x)
    doubled = partial(upsample, kernel=4, how=config.upsampling, bias=True)
    for width, skip in zip(widths[-2::-1], maps[-2::-1], strict=True):
        x = layers.ReLU()(norm()(doubled(x, width)))
        x = layers.Concatenate()([x, skip])
    x = doubled(x, channels_out)
    return keras.Model(picture, to_range(x), name=name)
