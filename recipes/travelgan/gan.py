"""TraVeLGAN: generators, discriminators and the Siamese network put together."""

import numpy as np
from keras import ops

from common import loss
from common.machine import backend
from common.machine.strategy import all_gather
from common.translation.gan import TranslatingGAN

from .config import Config
from .discriminator import TravelDiscriminator
from .generator import TravelGenerator
from .siamese import Siamese


class TravelGAN(TranslatingGAN):
    """TraVeLGAN for the two domains that its configuration describes (Amodio et al. 2019)."""

    config_type = Config
    watched = "A→B"
    sheet_across = 1

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        kinds = TravelGenerator, TravelDiscriminator
        return *(kind(self.config, game) for kind in kinds), Siamese(self.config)

    def draw(self, rng, count):
        """Draw a batch's random inputs: there are none."""
        return {}

    def train_step(self, batch):
        """Update the discriminators, then the Siamese network and the generators together."""
        # Vectors depend on two networks, each of which has its own tape.
        with backend.tape() as of_generator, backend.tape() as of_siamese:
            fakes = self.translations(batch)
            vectors = self.vectors(batch, *fakes)
        logs = self.discriminator.trainModel(batch, *map(ops.stop_gradient, fakes))
        logs |= self.siamese.trainModel(batch, vectors, tape=of_siamese)
        logs |= self.generator.trainModel(
            batch, fakes, vectors, self.discriminator, tape=of_generator
        )
        self.average.update()
        return logs

    def discriminator_step(self, batch):
        """Update both discriminators only."""
        return self.discriminator.trainModel(batch, *self.translations(batch, frozen=True))

    def translations(self, batch, frozen: bool = False) -> tuple:
        """Translate a batch: its pictures of B to A, and those of A to B.

        Args:
            batch: Arrays by name.
            frozen: Whether the generators' batch statistics stay as they are.
        """
        translate = self.generator.frozen if frozen else self.generator
        fake_b = translate({"input": batch["input"]}, which=0)
        fake_a = translate({"input": batch["real"]}, which=1)
        return fake_a, fake_b

    def vectors(self, batch, fake_a, fake_b) -> tuple:
        """Compute of A→B and of B→A the vectors of originals and of translations, (N, L) each.

        Where several devices share a batch, of all of it.
        """
        a, of_a = self.siamese({"a": batch["input"], "b": fake_b})
        of_b, b = self.siamese({"a": fake_a, "b": batch["real"]})
        return tuple(tuple(map(all_gather, both)) for both in ((a, of_a), (b, of_b)))

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the examples of A and of B, each with its translation."""
        some, shown = self.shown_examples(), {}
        for which, (side, words) in enumerate(((some.a, "A→B"), (some.b, "B→A"))):
            pictures = side.samples[:count]
            shown |= {words[0]: pictures, words: self.translator(which).all(pictures)}
        return shown
