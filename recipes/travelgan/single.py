"""The variant with a single discriminator: its vectors say how real, and what (Pasini 2019)."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np

from common.machine.strategy import all_gather
from common.network import Discriminator, Generator
from common.spectral_norm import SpectralNorm
from common.translation.gan import TranslatingGAN
from common.vectors import Anchored

from . import travel
from .attention import self_attention
from .config import Config
from .discriminator import looking
from .generator import unet
from .siamese import content

# Power iterations before the training, which has one an update.
_ITERATIONS = 20


class SingleGenerator(Generator):
    """U-Net from A to B with self-attention, its kernels kept at a spectral norm of 1."""

    def __init__(self, config, loss=None):
        super().__init__(config, loss)
        self._spectral = SpectralNorm(self.model)
        self.buffers += self._spectral.variables
        # First guesses of the singular vectors are random.
        for _ in range(_ITERATIONS):
            self._spectral.iterate()
        self._normalise()

    def buildModel(self) -> keras.Model:
        """Build the model: (N, H, W, C) → (N, H, W, C'), in [-1, 1]."""
        config = self.config
        channels = config.input_channels, config.channels
        return unet(config, *channels, "generator", inner=self_attention)

    def update(self, gradients: list) -> None:
        """Apply the gradients, and divide each kernel by its largest singular value.

        The stored kernels are then those that are computed with, and the saved network needs no
        spectral norm any more.
        """
        super().update(gradients)
        self._spectral.iterate()
        self._normalise()

    def _normalise(self) -> None:
        for variable, value in zip(self.trainable_variables, self._spectral.weights(), strict=True):
            variable.assign(value)

    def lossFunction(self, batch: dict, fake, discriminator) -> dict:
        """Compute how far the translations are from the origin, and the cosine of differences.

        Args:
            batch: The pictures that were translated (`input`).
            fake: The translations.
            discriminator: Evaluated without side effects.
        """
        vector = partial(discriminator.logits, batch=batch, frozen=True)
        made = vector(fake)
        both = all_gather(vector(batch["input"])), all_gather(made)
        return {"adversarial": self.loss.generator(made)} | content([both], self.config)


class SingleDiscriminator(Discriminator):
    """Network from a picture of either domain to a vector.

    Its length says how real a picture of B is: real ones are at the origin, translations at least
    a radius away. The difference of two vectors says what distinguishes two pictures.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: (N, H, W, C) in [-1, 1] → vectors (N, L), float32."""
        config = self.config

        def inner(x, level: int):
            return self_attention(x) if level == 1 else x

        return looking(config, config.sample_shape, config.vec_len, "discriminator", inner)

    def lossFunction(self, batch: dict, fake) -> dict:
        """Compute the anchored loss, and what the vectors' differences should be.

        Args:
            batch: Pictures of A (`input`) and real ones of B (`real`).
            fake: The translations of `input`.
        """
        config, terms = self.config, super().lossFunction(batch, fake)
        both = [all_gather(self.logits(some, batch)) for some in (batch["input"], fake)]
        v, made = map(travel.differences, both)
        self.log(length_ratio=travel.length_ratio(v, made))
        apart = config.siamese_weight * travel.margin_loss(v, config.margin)
        return terms | content([both], config) | {"margin": apart}

    def observe(self, real_logits, fake_logits) -> None:
        """Log the mean lengths of real and fake vectors, too."""
        super().observe(real_logits, fake_logits)
        lengths = (-self.loss.score(vectors) for vectors in (real_logits, fake_logits))
        real, fake = map(keras.ops.mean, lengths)
        self.log(real_distance=real, fake_distance=fake)


class SingleTravelGAN(TranslatingGAN):
    """TraVeLGAN with one generator and one discriminator; the step is the template's."""

    config_type = Config
    watched = "A→B"
    sheet_across = 2

    def build_networks(self):
        game = Anchored(self.config.radius)
        return SingleGenerator(self.config, game), SingleDiscriminator(self.config, game)

    def draw(self, rng, count):
        """Draw a batch's random inputs: there are none."""
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the examples of A, and their translations."""
        pictures = self.shown_examples().a.samples[:count]
        return {"A": pictures, "A→B": self.translator().all(pictures)}
