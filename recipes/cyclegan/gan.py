"""CycleGAN: two translators against two discriminators."""

import numpy as np
from keras import ops

from common import loss
from common.machine import backend
from common.translation.gan import TranslatingGAN

from .config import Config
from .discriminator import CycleGANDiscriminator
from .generator import CycleGANGenerator
from .pool import Pool


class CycleGAN(TranslatingGAN):
    """CycleGAN for the two domains that its configuration describes (Zhu et al. 2017)."""

    config_type = Config
    watched = "A→B"
    sheet_across = 1

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return CycleGANGenerator(self.config, game), CycleGANDiscriminator(self.config, game)

    def draw(self, rng, count):
        """Draw the random numbers of both pools."""
        return {
            f"{name}_{side}": values
            for side in "ab"
            for name, values in Pool.draw(rng, count, self.config.pool).items()
        }

    def train_step(self, batch):
        """Update both translators once together, then both discriminators; returns the logs."""
        a, b, generator = batch["input"], batch["real"], self.generator
        # For the identity loss, pictures of the target domain share the pass.
        identity = bool(self.config.identity)
        with backend.tape() as forward:
            fake_b, *same_b = generator.to_b(a, b) if identity else generator.to_b(a)
            fake_a, *same_a = generator.to_a(b, a) if identity else generator.to_a(b)
        fakes, same = (fake_a, fake_b), (*same_a, *same_b)
        logs = generator.trainModel(batch, fakes, same, self.discriminator, tape=forward)
        self.average.update()
        return logs | self.discriminator.trainModel(batch, *map(ops.stop_gradient, fakes))

    def discriminator_step(self, batch):
        """Update both discriminators only."""
        (fake_b,), (fake_a,) = (
            self.generator.to_b(batch["input"]),
            self.generator.to_a(batch["real"]),
        )
        return self.discriminator.trainModel(batch, *map(ops.stop_gradient, (fake_a, fake_b)))

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the examples of A and B, each with its translation and that one's way back."""
        some = self.shown_examples()
        a, b = (side.samples[:count] for side in (some.a, some.b))
        to_b, to_a = self.translator(), self.translator(1)
        fake_b, fake_a = to_b.all(a), to_a.all(b)
        return {
            **{"A": a, "A→B": fake_b, "A→B→A": to_a.all(fake_b)},
            **{"B": b, "B→A": fake_a, "B→A→B": to_b.all(fake_a)},
        }
