"""The template of all GANs whose generator makes pictures from pictures."""

from __future__ import annotations

from common.batches import Batch
from common.gan import GAN
from common.network import named_inputs
from common.translation.translate import Extra, Translator, no_extra


class TranslatingGAN(GAN):
    """A GAN whose generator translates pictures.

    A recipe whose generator takes more than pictures overrides `extra`.
    """

    def extra(self) -> Extra:
        """What the generator takes beside pictures, as a function: by default nothing."""
        return no_extra

    def translator(self, which: int = 0) -> Translator:
        """The averaged generator, or another of the models that are kept, for pictures of any size.

        Args:
            which: The model's place among those of the kept networks.
        """

        def network(batch: Batch):
            with self.average.ema_models() as models:
                return models[which](named_inputs(models[which], batch), training=False)

        return Translator(network, self.config.padded_to, self.extra())
