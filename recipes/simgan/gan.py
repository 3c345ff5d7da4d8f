"""SimGAN: the refiner and the local discriminator put together."""

import numpy as np

from common import loss
from common.machine import backend
from common.trainer import Phase
from common.translation.gan import TranslatingGAN

from .config import Config
from .discriminator import LocalDiscriminator
from .history import History
from .refiner import Refiner


class SimGAN(TranslatingGAN):
    """SimGAN for simulated and real pictures (Shrivastava et al. 2017, algorithm 1)."""

    config_type = Config
    watched = "refined"
    sheet_across = 1

    def build_networks(self):
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return Refiner(self.config, game), LocalDiscriminator(self.config, game)

    def draw(self, rng, count):
        """Draw the random numbers of the history."""
        return History.draw(rng, count, self.config.history) if self.config.history else {}

    def phases(self) -> list[Phase]:
        """Return the phases: the refiner alone, the discriminator alone, then the game."""
        config = self.config
        return [
            Phase(self.refiner_step, -config.pretrain_discriminator),
            Phase(self.discriminator_step, 0),
            Phase(self.train_step, config.steps, config.refiner_steps + config.critic_steps),
        ]

    def refiner_step(self, batch):
        """Update the refiner on the self-regularisation alone: it learns to change nothing."""
        with backend.tape() as forward:
            refined = self.generator(batch)
        logs = self.generator.trainModel(batch, refined, tape=forward)
        self.average.update()
        return logs

    def train_step(self, batch):
        """Update the refiner K_g times, then the discriminator K_d times, each on new pictures."""
        config = self.config
        count = config.refiner_steps + config.critic_steps
        parts = [{name: rows[k::count] for name, rows in batch.items()} for k in range(count)]
        for part in parts[: config.refiner_steps]:
            with backend.tape() as forward:
                refined = self.generator(part)
            logs = self.generator.trainModel(part, refined, self.discriminator, tape=forward)
            self.average.update()
        for part in parts[config.refiner_steps :]:
            logs |= self.discriminator_step(part)
        return logs

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return simulated pictures, the same refined, and real ones."""
        some = self.shown_examples()
        simulated, real = (side.samples[:count] for side in (some.a, some.b))
        return {"simulated": simulated, "refined": self.translator().all(simulated), "real": real}
