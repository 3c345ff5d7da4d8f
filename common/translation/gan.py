"""The template of GANs whose generator makes pictures from pictures."""

from __future__ import annotations

from common.gan import GAN
from common.network import named_inputs
from common.translation.translate import Noise, Translator, no_noise


class TranslatingGAN(GAN):
    """A GAN that shows what it makes of pictures of the test split."""

    def extra(self) -> Noise:
        """What the generator's networks take beside pictures, when they are put to work."""
        return no_noise

    def translator(self, which: int = 0) -> Translator:
        """The averaged generator, or another of its networks, put to work."""

        def network(inputs, training: bool):
            with self.average.ema_models() as networks:
                return networks[which](named_inputs(networks[which], inputs), training=training)

        return Translator(network, self.config.padded_to, self.extra())
