"""CycleGAN: two translators against two judges."""

from functools import partial

import numpy as np
from keras import ops
from PIL import Image

from common.loss import LeastSquares
from common.machine import backend
from common.translation.gan import TranslatingGAN, side_by_side
from recipes.cyclegan.config import Config
from recipes.cyclegan.discriminator import CycleGANDiscriminator
from recipes.cyclegan.generator import CycleGANGenerator
from recipes.cyclegan.pool import Pool


class CycleGAN(TranslatingGAN):
    """A CycleGAN for the two domains that `config` describes (size and channels settled)."""

    def __init__(self, config: Config):
        loss = LeastSquares()
        players = CycleGANGenerator(config, loss), CycleGANDiscriminator(config, loss)
        super().__init__(config, *players)

    def noise(self, generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """The dice of both pools."""
        return {
            f"{name}_{side}": values
            for side in "ab"
            for name, values in Pool.dice(generator, count, self.config.pool).items()
        }

    def train_step(self, batch):
        """One update of both translators together, then one of both judges."""
        a, b = real = batch["a"], batch["b"]
        translators, judges, logs = self.generator, self.discriminator, {}
        # What is left alone passes with what is translated, where anybody asks for it.
        as_well = bool(self.config.identity) and not self.pretraining
        with backend.tape() as forward:
            fake_b, *same_b = translators.to_b(a, b) if as_well else translators.to_b(a)
            fake_a, *same_a = translators.to_a(b, a) if as_well else translators.to_a(b)
        if not self.pretraining:
            same = (*same_a, *same_b)
            judge_a, judge_b = (partial(judges.frozen, which=which) for which in (0, 1))
            made = translators.trainModel(
                real, (fake_a, fake_b), same, judge_a, judge_b, tape=forward
            )
            self.average.update()
            logs = {f"generator/{name}": value for name, value in made.items()}
        dice = [(batch[f"coin_{side}"], batch[f"place_{side}"]) for side in "ab"]
        fakes = ops.stop_gradient(fake_a), ops.stop_gradient(fake_b)
        judged = judges.trainModel(a, b, *fakes, dice)
        return logs | {f"discriminator/{name}": value for name, value in judged.items()}

    def sample_shapes(self) -> dict[str, tuple[int, ...]]:
        """Pictures of both domains."""
        return {"a": self.config.input_shape, "b": self.config.sample_shape}

    def wanted(self) -> np.ndarray:
        """Pictures of B, which pictures of A are translated to."""
        return self.examples.b.samples.astype(np.float32) / 127.5 - 1

    def show(self, count: int) -> np.ndarray:
        """What is made of the examples of A."""
        return self.translator().all(self.examples.a.samples[:count])

    def sheet(self, samples: np.ndarray) -> Image.Image:
        """Rows of a, there, and back again; and of b, back, and there again."""
        there, back = self.translator(), self.translator(1)
        a, b = self.examples.a.samples[: len(samples)], self.examples.b.samples[: len(samples)]
        fake_a = back.all(b)
        return side_by_side(a, samples, back.all(samples), b, fake_a, there.all(fake_a), across=1)
