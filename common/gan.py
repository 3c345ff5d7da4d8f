"""GAN template: a generator and a discriminator, trained against each other."""

from __future__ import annotations

import numpy as np
from keras import ops
from PIL import Image

from common import stabilise
from common.adversarial import AdversarialConfig
from common.batches import Batch, draw_latents, rng_for
from common.callbacks.decision_surface import over_surface
from common.callbacks.equilibrium import Equilibrium
from common.machine import backend
from common.trainer import Phase, Trainer, generate


class GAN(Trainer):
    """Trainer of a generator and a discriminator against each other.

    A recipe writes `build_networks` and, where its paper trains otherwise, overrides
    `train_step`. The configuration must have `latent_size` and `prior`, or the recipe its own
    `draw`, `fixed` and `visuals`.
    """

    config_type = AdversarialConfig

    def train_step(self, batch: dict) -> dict:
        """Update each network once from one batch; returns the logs."""
        # The tape records how the fakes were made. The discriminator's update lies outside of
        # it; the generator's resumes the recording.
        with backend.tape() as forward:
            fake = self.generator(batch)
        # The discriminator learns from the pictures, not from how they came about.
        logs = self.discriminator.trainModel(batch, ops.stop_gradient(fake))
        # The same fakes serve the generator, scored by the discriminator just updated.
        logs |= self.generator.trainModel(batch, fake, self.discriminator, tape=forward)
        self.average.update()
        return logs

    def discriminator_step(self, batch: dict) -> dict:
        """Update the discriminator only, in its pretraining and in critic steps."""
        fake = self.generator.frozen(batch)
        return self.discriminator.trainModel(batch, ops.stop_gradient(fake))

    def phases(self) -> list[Phase]:
        """Return the phases: pretraining of the discriminator, then the training itself."""
        config = self.config
        step = self.train_step if config.critic_steps == 1 else self._critic_round
        return [Phase(self.discriminator_step, 0), Phase(step, config.steps, config.critic_steps)]

    def _critic_round(self, batch: dict) -> dict:
        """Critic steps, each on its own samples; the last is part of a training step."""
        count = self.config.critic_steps
        *earlier, last = ({n: v[k::count] for n, v in batch.items()} for k in range(count))
        for part in earlier:
            self.discriminator_step(part)
        return self.train_step(last)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw latents, float32 count×latent_size."""
        return {"latent": draw_latents(rng, count, self.config.latent_size, self.config.prior)}

    def _draw(self, rng: np.random.Generator, count: int) -> Batch:
        return self.draw(rng, count) | stabilise.draw(rng, count, self.config)

    def fixed(self, count: int) -> Batch:
        """Return the latents of the sample sheets; a larger count only appends to them."""
        rng = rng_for(self.config.seed, "samples")
        return {"latent": draw_latents(rng, count, self.config.latent_size, self.config.prior)}

    def sample(self, given: int | Batch = 64) -> np.ndarray:
        """Sample the averaged generator: pictures float32 N×H×W×C in [-1, 1], or points N×D.

        Args:
            given: How many, of those on the sample sheets; or the generator's inputs, arrays by
                name.
        """
        self._check_built()
        batch = self.fixed(given) if isinstance(given, int) else given
        with self.average.ema_models() as (generator, *_):
            return generate(generator, batch)

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return samples; for points also the real ones, over which they are drawn."""
        fake = {"fake": self.sample(count)}
        return (
            fake if self.config.kind != "points" else {"real": self.shown_examples().samples} | fake
        )

    def sheet(self, visuals: dict[str, np.ndarray] | None = None) -> Image.Image:
        """As `Trainer.sheet`; points are drawn over the discriminator's decision surface."""
        if self.config.kind != "points":
            return super().sheet(visuals)
        shown = self.visuals(self.config.sample_count) if visuals is None else visuals

        def surface(points):
            return self.discriminator.frozen({"sample": points})

        return over_surface(shown["fake"], shown["real"], surface)

    def _complete(self) -> None:
        #: Ends the training at equilibrium, where the configuration asks for that.
        tolerance = self.config.stop_at_equilibrium
        self.equilibrium = Equilibrium(tolerance) if tolerance else None

    def _watchers(self, phase: Phase) -> list:
        return [self.equilibrium] if self.equilibrium and phase.until > 0 else []

    @property
    def finished(self) -> bool:
        """Whether the equilibrium was reached."""
        return bool(self.equilibrium and self.equilibrium.reached)

    def _more_state(self) -> dict[str, list]:
        return self.equilibrium.state() if self.equilibrium else {}
