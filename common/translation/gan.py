"""Template of GANs whose generator translates pictures."""

from __future__ import annotations

import numpy as np

from common.batches import Batch
from common.gan import GAN
from common.network import named_inputs
from common.translation.translate import Extra, Translator, no_extra
from data.samples import UnpairedSet


class TranslatingGAN(GAN):
    """GAN whose generator translates pictures.

    A recipe whose generator takes more than pictures overrides `extra`.
    """

    def extra(self) -> Extra:
        """Return a function that draws the generator's extra inputs; here, none."""
        return no_extra

    def sample(self, given: int | np.ndarray = 8) -> np.ndarray:
        """Translate pictures: float32 N×H×W×C' in [-1, 1].

        Args:
            given: Pictures, uint8 or float in [-1, 1], N×H×W×C; or how many of the examples.
        """
        if isinstance(given, int):
            some = self.shown_examples()
            inputs = some.a.samples if isinstance(some, UnpairedSet) else some.inputs
            given = inputs[:given]
        return self.translator().all(given)

    def translator(self, which: int = 0) -> Translator:
        """Return a translator of pictures of any size by the averaged generator.

        Args:
            which: Index of the model among those of the kept networks.
        """

        def network(batch: Batch):
            with self.average.ema_models() as models:
                return models[which](named_inputs(models[which], batch), training=False)

        return Translator(network, self.config.padded_to, self.extra())
