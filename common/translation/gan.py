"""Template of GANs whose generator translates pictures."""

from __future__ import annotations

from common.batches import Batch
from common.gan import GAN
from common.network import named_inputs
from common.translation.translate import Extra, Translator, no_extra


class TranslatingGAN(GAN):
    """GAN whose generator translates pictures.

    A recipe whose generator takes more than pictures overrides `extra`.
    """

    def extra(self) -> Extra:
        """Return a function that draws the generator's extra inputs; here, none."""
        return no_extra

    def translator(self, which: int = 0) -> Translator:
        """Return a translator of pictures of any size by the averaged generator.

        Args:
            which: Index of the model among those of the kept networks.
        """

        def network(batch: Batch):
            with self.average.ema_models() as models:
                return models[which](named_inputs(models[which], batch), training=False)

        return Translator(network, self.config.padded_to, self.extra())
