"""The template GAN: how two players train each other, on top of `keras.Model.fit`."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops
from PIL import Image

from common.average import Average
from common.batches import batches_of, draw_latents, rng_for
from common.callbacks.decision_surface import over_surface
from common.callbacks.equilibrium import Equilibrium
from common.config import Config
from common.layers import share_statistics
from common.machine import backend, strategy
from common.network import Discriminator, Generator
from data.pixels import to_pixels
from data.samples import SampleSet, UnpairedSet
from data.sheet import grid


class GAN(keras.Model):
    """A generator, a discriminator, and the training that plays them against each other.

    A recipe passes its two players and, where its paper trains otherwise, overrides
    `train_step`. The configuration must have `latent_size` and `prior`, or the recipe its
    own `noise`, `given` and `show`.
    """

    #: Real samples, some of which may be shown beside what is made, as `trainModel` takes
    #: them but as large as what is made; set by whoever wants to see something.
    examples: np.ndarray | SampleSet | UnpairedSet | None = None

    def __init__(self, config: Config, generator: Generator, discriminator: Discriminator):
        super().__init__(name=type(self).__name__.lower())
        self.config = config
        self.generator = generator
        self.discriminator = discriminator
        self.average = Average(generator, config.averaging)
        if strategy.replicas() > 1:
            for network in (*generator.models, *discriminator.models):
                share_statistics(network)
        #: Watches for the end of the game, where the configuration asks for it.
        tolerance = config.stop_at_equilibrium
        self.equilibrium = Equilibrium(tolerance) if tolerance else None
        # Players are plain objects: Keras sees their networks through this list.
        self.networks = [*generator.models, *discriminator.models]
        #: Updates done so far; negative while the discriminator is pretrained.
        self.step = -config.pretrain_discriminator
        #: Whether the discriminator learns alone for now.
        self.pretraining = False
        # Nothing is left for Keras to build from a first batch.
        self.built = True

    def train_step(self, batch):
        """One update of each player from one batch; returns what is logged."""
        real, condition = batch["real"], self.condition(batch)
        # The tape remembers how the fakes were made. The discriminator's update lies outside
        # of it; the generator's goes on recording where it left off.
        with backend.tape() as forward:
            make = self.generator.frozen if self.pretraining else self.generator
            fake = make(*self.given(batch))
        # The discriminator learns from the pictures, not from how they came about.
        judged = self.discriminator.trainModel(real, ops.stop_gradient(fake), *condition)
        logs = {f"discriminator/{name}": value for name, value in judged.items()}
        if self.pretraining:
            return logs
        # The same fakes serve the generator, judged by the discriminator just updated.
        made = self.generator.trainModel(
            fake, real, self.discriminator.frozen, *condition, tape=forward
        )
        self.average.update()
        return logs | {f"generator/{name}": value for name, value in made.items()}

    def given(self, batch) -> tuple:
        """What the generator makes its pictures from."""
        return (batch["latent"],)

    def condition(self, batch) -> tuple:
        """What the discriminator is told of each picture that it judges: here nothing."""
        return ()

    def trainModel(
        self,
        dataset: np.ndarray | SampleSet | UnpairedSet,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ):
        """Train from where this GAN stands up to `config.steps`, or to equilibrium.

        First come `config.pretrain_discriminator` updates of the discriminator alone, so
        that the generator's first training_set mean something.

        Args:
            dataset: Pictures, uint8 N×H×W×C, of `config.loaded_size`, or points, float32 N×D;
                pairs or two sets of pictures, for recipes that translate.
            callbacks: Keras callbacks; `self.step` counts for them. One that sets
                `stop_training` ends the training after the step.

        Raises:
            Refused: fewer pictures than one batch.
        """
        batches = batches_of(dataset, self.config, self.noise)
        several = self.distribute_strategy.num_replicas_in_sync > 1
        # A step that XLA compiled finds a second device's variables out of its reach.
        self.compile(optimizer=None, jit_compile=backend.has_gpu() and not several)
        self.stop_training = False
        self._fit(batches, 0, True, callbacks)
        if not self.stop_training:
            self._fit(batches, self.config.steps, False, callbacks)

    def _fit(self, batches, last: int, pretraining: bool, callbacks) -> None:
        watching = [self.equilibrium] if self.equilibrium and not pretraining else []
        if self.step >= last or any(callback.reached for callback in watching):
            return
        # `train_step` reads this while it is traced, not at every step: so trace it anew.
        self.pretraining = pretraining
        self.make_train_function(force=True)
        self.fit(
            strategy.spread(
                backend.stream(batches, self.step, last),
                self.config.batch_size,
                self.distribute_strategy,
            ),
            steps_per_epoch=last - self.step,
            callbacks=[_StepCounter(), *watching, *callbacks],
            shuffle=False,
            verbose=0,
        )

    def make_train_function(self, force: bool = False):
        """As in Keras; several devices' logs are averaged."""
        if self.train_function is None or force:
            step = strategy.logged(self.train_step, self.distribute_strategy)
            self.train_function = self._make_function(step)
        return self.train_function

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Nothing is left to build, and Keras 3.15 fails to with batches of several workers.
        pass

    def noise(self, generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """What a batch holds besides pictures: latents, float32 count×latent_size."""
        size, prior = self.config.latent_size, self.config.prior
        return {"latent": draw_latents(generator, count, size, prior)}

    def fixed_latents(self, count: int) -> np.ndarray:
        """The latents of the sample grids, the same throughout a training."""
        return fixed_latents(self.config, count)

    def show(self, count: int) -> np.ndarray:
        """The averaged generator's samples for the fixed latents: pictures in [-1, 1]."""
        return self.sample(self.fixed_latents(count))

    def sample(self, latents: np.ndarray) -> np.ndarray:
        """The averaged generator's samples for latents."""
        with self.average.ema_models() as (generator, *_):
            return generate(generator, latents)

    def sheet(self, samples: np.ndarray) -> Image.Image:
        """Samples, as `show` gives them, on one sheet: pictures side by side, points in the plane.

        Points lie over the discriminator's surface, with the examples beside them.
        """
        if len(self.config.sample_shape) > 1:
            return grid(to_pixels(samples))
        return over_surface(samples, self.examples, self.discriminator.frozen)

    def wanted(self) -> np.ndarray:
        """Real samples such as `show` is to give: pictures in [-1, 1] or points."""
        some = self.examples
        return some.astype(np.float32) / 127.5 - 1 if some.dtype == np.uint8 else some

    def sample_shapes(self) -> dict[str, tuple[int, ...]]:
        """What a batch holds of the data, by name: the shape of one sample."""
        return {"real": self.config.sample_shape}

    def log_names(self) -> list[str]:
        """The names that `train_step` logs, found by running it on shapes alone."""
        batch = self.noise(rng_for(0, "shapes"), 2)
        for name, shape in self.sample_shapes().items():
            batch[name] = np.zeros((2, *shape), "float32")
        return sorted(backend.names_of(self.train_step, batch, self.distribute_strategy))

    def state(self) -> dict[str, list]:
        """Every variable that decides how the training goes on, by name, in a fixed order."""
        state = self.generator.state("generator") | self.discriminator.state("discriminator")
        state |= self.equilibrium.state() if self.equilibrium else {}
        return state | self.average.state()


def fixed_latents(config: Config, count: int) -> np.ndarray:
    """The latents of a run's sample grids; more of them begin with the fewer."""
    return draw_latents(rng_for(config.seed, "samples"), count, config.latent_size, config.prior)


def generate(model: keras.Model, latents: np.ndarray) -> np.ndarray:
    """Samples for latents by a network at inference: pictures N×H×W×C in [-1, 1], points N×D.

    In parts of a fixed number, so that memory is bounded and a sample is the same
    however many are asked for.
    """
    part = 64
    padded = np.concatenate([latents, np.repeat(latents[-1:], -len(latents) % part, axis=0)])
    pictures = [
        np.asarray(model(padded[i : i + part], training=False)) for i in range(0, len(padded), part)
    ]
    return np.concatenate(pictures)[: len(latents)]


class _StepCounter(keras.callbacks.Callback):
    """Keeps `model.step`: the first of the callbacks, so that the others read it right."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.step += 1
