"""Template: the two networks put together."""

import numpy as np

from common import loss
from common.translation.gan import TranslatingGAN

from .config import Config
from .discriminator import TemplateDiscriminator
from .generator import TemplateGenerator


class Template(TranslatingGAN):
    """Translator for the pairs that its configuration describes."""

    config_type = Config

    def build_networks(self):
        """Build the networks; each is then an attribute: `self.generator`, `self.discriminator`."""
        # CHANGE: the adversarial loss is what --loss names; it can be one of your own, with
        # the two methods of `common.loss.Loss`.
        game = loss.get(self.config.loss, self.config.label_smoothing)
        generator = TemplateGenerator(self.config, game)
        return generator, TemplateDiscriminator(self.config, game)

    def draw(self, rng, count):
        """Draw a batch's random inputs: there are none."""
        # CHANGE: where the generator takes noise, its arrays by name, `count` rows each; then
        # `extra` has to be overridden, too (recipes/pix2pix/gan.py).
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the columns of a sheet: test inputs, their translations, the real pictures."""
        # CHANGE: more columns, if there is more to show.
        some = self.shown_examples()
        some = some.take(np.arange(min(count, len(some))))
        return {
            "input": some.inputs,
            "fake": self.translator().all(some.inputs),
            "real": some.samples,
        }

    # CHANGE: how the networks train each other is `train_step` in common/gan.py: a recipe that
    # trains otherwise overrides it here, as recipes/cyclegan/gan.py does.
