"""Template: the two networks put together."""

import numpy as np

from common import loss
from common.translation.gan import TranslatingGAN

from .config import Config
from .discriminator import TemplateDiscriminator
from .generator import TemplateGenerator


class Template(TranslatingGAN):
    """A translator for the pairs that its configuration describes."""

    config_type = Config

    def build_networks(self):
        """The networks; each is then an attribute: `self.generator`, `self.discriminator`."""
        # CHANGE: the adversarial loss is what --loss names; it can be one of your own, with
        # the two methods of `common.loss.Loss`.
        game = loss.get(self.config.loss, self.config.label_smoothing)
        generator = TemplateGenerator(self.config, game)
        return generator, TemplateDiscriminator(self.config, game)

    def draw(self, rng, count):
        """What a batch holds besides pairs: nothing."""
        # CHANGE: where the generator takes noise, its arrays by name, `count` rows each; then
        # `extra` has to be overridden, too (recipes/pix2pix/gan.py).
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """The columns of a sheet: inputs of the test pictures, what is made of them, the truth."""
        # CHANGE: more columns, if there is more to be seen.
        some = self.examples.take(np.arange(min(count, len(self.examples))))
        return {
            "input": some.inputs,
            "fake": self.translator().all(some.inputs),
            "real": some.samples,
        }

    # CHANGE: how the networks train each other is `train_step` in common/gan.py: a recipe that
    # trains otherwise overrides it here, as recipes/cyclegan/gan.py does.
