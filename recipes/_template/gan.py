"""Template: the two networks put together."""

from common import loss
from common.gan import GAN

from .config import Config
from .discriminator import TemplateDiscriminator
from .generator import TemplateGenerator


class Template(GAN):
    """GAN for the pictures that its configuration describes."""

    config_type = Config

    def build_networks(self):
        """Build the networks; each is then an attribute: `self.generator`, `self.discriminator`."""
        # CHANGE: the adversarial loss is what --loss names; it can be one of your own, with
        # the two methods of `common.loss.Loss`.
        game = loss.get(self.config.loss, self.config.label_smoothing)
        generator = TemplateGenerator(self.config, game)
        return generator, TemplateDiscriminator(self.config, game)

    # CHANGE: how the networks train each other is `train_step` in common/gan.py, what a batch
    # holds besides data is `draw`, and what sample sheets show is `visuals`: a recipe that
    # does one of them otherwise overrides it here. (recipes/cyclegan/gan.py overrides all three.)
