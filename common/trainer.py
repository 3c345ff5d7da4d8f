"""The template Trainer: any number of networks, and the training that they share."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

from common.average import Average
from common.batches import Batch, Batches, rng_for, unjittered
from common.callbacks.progress import ProgressBar
from common.config import Config
from common.layers import share_statistics
from common.machine import backend, precision, strategy
from common.network import Network, named_inputs
from common.run import checkpoint
from common.run.folder import Run, fingerprint
from data.errors import Refused
from data.memory import source_of
from data.pixels import to_float, to_pixels
from data.samples import SampleSet, UnpairedSet
from data.sheet import grid, side_by_side


class Phase(NamedTuple):
    """A stretch of a training in which one step is repeated."""

    #: Batch -> what is logged.
    step: Callable[[dict], dict]
    #: The step at which it ends; up to 0 it is a pretraining.
    until: int
    #: Batches that a step takes at once; see `common.batches.Batches`.
    parts: int = 1


class Trainer(keras.Model):
    """Networks, and their training on `keras.Model.fit`.

    A recipe writes `build_networks`, `train_step` and, where its batches hold more than data,
    `draw`. Its networks are then attributes under their names: `trainer.generator`.

    Args:
        config: The recipe's settings; None: its small configuration. Where they leave sizes
            or channels open, the networks are built once `trainModel` has seen the data.

    Raises:
        Refused: a setting that cannot be.
    """

    #: The class of the recipe's settings.
    config_type: type[Config] = Config
    #: The networks whose moving average is shown, saved and evaluated, by name.
    kept: tuple[str, ...] = ("generator",)
    #: The one of `visuals` in which the watchdog looks for a collapse.
    watched = "fake"
    #: How many rows of several `visuals` stand beside each other on a sheet.
    sheet_across = 2

    #: A few samples to be shown beside what is made, at the networks' size; the first ones of
    #: the data where nothing else is set.
    examples: SampleSet | UnpairedSet | None = None

    def __init__(self, config: Config | None = None):
        super().__init__(name=type(self).__name__.lower())
        self.config = self.config_type() if config is None else config
        self.config.check()
        self.networks: tuple[Network, ...] = ()
        #: Steps done so far; negative in a pretraining.
        self.step = -self.config.pretraining
        #: What is being done now.
        self.phase: Phase | None = None
        self._learned = None
        if self.config.settled:
            self._build()

    def build_networks(self) -> tuple[Network, ...]:
        """The networks for `self.config`, whose sizes and channels are settled."""
        raise NotImplementedError

    def train_step(self, batch: dict) -> dict:
        """One update of each network from one batch; returns what is logged."""
        raise NotImplementedError

    def phases(self) -> list[Phase]:
        """What is done one after the other; here nothing but training steps."""
        return [Phase(self.train_step, self.config.steps)]

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """What a batch holds besides data, `count` rows each: latents, noise, coins."""
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """What is to be seen of the present state: columns of up to `count` samples, by name."""
        raise NotImplementedError

    # --- building ---

    def _build(self) -> None:
        """Build the networks, with the configuration's seed and arithmetic."""
        if self.config.precision == "auto":
            chosen = precision.choose("auto")
            self.config = dataclasses.replace(self.config, precision=chosen)
        if self.config.deterministic:
            backend.make_deterministic()
        with self.distribute_strategy.scope(), precision.computing_in(self.config.precision):
            keras.utils.set_random_seed(self.config.seed)
            networks = self.build_networks()
            for network in networks:
                setattr(self, network.name, network)
            kept = [network for network in networks if network.name in self.kept]
            self.average = Average(kept, self.config.averaging)
            # Networks are plain objects: Keras sees their models through this list.
            self.keras_models = [model for network in networks for model in network.models]
            if strategy.replicas() > 1:
                for model in self.keras_models:
                    share_statistics(model)
            self.networks = networks
            self._complete()
        # Nothing is left for Keras to build from a first batch.
        self.built = True

    def _complete(self) -> None:
        """What else holds state, beside networks."""

    def _settle(self, dataset) -> SampleSet | UnpairedSet:
        """The data at the size that the networks take; they are built for it if they are not."""
        source = source_of(dataset)
        if not self.networks:
            self.config = self.config.adapted_to(source)
            self._build()
        self.config.check_kind(source)
        if source.channels != self.config.channels:
            raise Refused(
                f"these {source.kind} have {source.channels} channels; the networks were built "
                f"for {self.config.channels}"
            )
        size = None if self.config.kind == "points" else self.config.loaded_size
        return source.load("train", size, len(dataset), self.config.seed)

    # --- training ---

    def trainModel(
        self,
        dataset: np.ndarray | SampleSet | UnpairedSet,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> keras.callbacks.History:
        """Train from where this trainer stands up to `config.steps`.

        Args:
            dataset: Pictures, uint8 N×H×W×C; points, float32 N×D; voxels, bool N×S×S×S×1; or a
                set of these, paired or unpaired.
            callbacks: Keras callbacks; `self.step` counts for them. One that sets
                `stop_training` ends the training after the step.
            verbose: Show the progress.

        Returns:
            What was logged every `config.log_every` steps: `.epoch` has the steps, and
            `.history` the values by name.

        Raises:
            Refused: no data for this recipe, or fewer samples than one batch.
        """
        dataset = self._learned = self.config.training_set(self._settle(dataset))
        if self.examples is None:
            some = dataset.take(np.arange(min(self.config.sample_count, len(dataset))))
            self.examples = unjittered(some, self.config)
        several = self.distribute_strategy.num_replicas_in_sync > 1
        # A step that XLA compiled finds a second device's variables out of its reach.
        self.compile(optimizer=None, jit_compile=backend.has_gpu() and not several)
        self.stop_training = False
        log = _History(self.config.log_every)
        bar = [ProgressBar(self.config.log_every, self.config.batch_size)] if verbose else []
        try:
            for phase in self.phases():
                if self.step < phase.until and not (self.stop_training or self.finished):
                    self._fit(phase, dataset, [*self._watchers(phase), log, *callbacks, *bar])
        finally:
            for each in bar:
                each.close()
        self.history = log
        return log

    def _fit(self, phase: Phase, dataset, callbacks: list) -> None:
        self.phase = phase
        self.make_train_function(force=True)
        stream = backend.stream(self._batches(dataset, phase), self.step, phase.until)
        size = phase.parts * self.config.batch_size
        self.fit(
            strategy.distribute(stream, size, self.distribute_strategy),
            steps_per_epoch=phase.until - self.step,
            callbacks=[_StepCounter(), *callbacks],
            shuffle=False,
            verbose=0,
        )

    def make_train_function(self, force: bool = False):
        """As in Keras, of the present phase's step; several devices' logs are averaged."""
        if self.train_function is None or force:
            step = strategy.logged(self.phase.step, self.distribute_strategy)
            self.train_function = self._make_function(step)
        return self.train_function

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Nothing is left to build, and Keras 3.15 fails to with batches of several workers.
        pass

    def _batches(self, dataset, phase: Phase) -> Batches:
        asked = {tensor.name for model in self.keras_models for tensor in model.inputs}
        return Batches(dataset, self.config, self._draw, asked, phase.parts)

    def _draw(self, rng: np.random.Generator, count: int) -> Batch:
        return self.draw(rng, count)

    def _watchers(self, phase: Phase) -> list:
        """Callbacks that may end a phase."""
        return []

    @property
    def finished(self) -> bool:
        """Whether the training has come to an end before its last step."""
        return False

    def log_names(self, dataset: SampleSet | UnpairedSet) -> list[str]:
        """The names that are logged from here on, found by tracing the steps without a run."""
        names, step = set(), self.step
        for phase in self.phases():
            if self.step < phase.until:
                batch = self._batches(dataset, phase)(step)
                names |= set(backend.names_of(phase.step, batch, self.distribute_strategy))
                step = phase.until
        return sorted(names)

    def state(self) -> dict[str, list]:
        """Every variable that decides how the training goes on, by name, in a fixed order."""
        state = {name: v for net in self.networks for name, v in net.state().items()}
        return state | self._more_state() | self.average.state()

    def _more_state(self) -> dict[str, list]:
        return {}

    # --- looking ---

    def fixed(self, count: int) -> Batch:
        """What the sheets of a run are made from, the same throughout a training."""
        return self.draw(rng_for(self.config.seed, "samples"), count)

    def real_samples(self) -> np.ndarray:
        """The examples: pictures in [-1, 1] (of two sets those of B), points or voxels."""
        some = self.examples.b if isinstance(self.examples, UnpairedSet) else self.examples
        return to_float(some.samples) if some.samples.dtype == np.uint8 else some.samples

    def sheet(self, visuals: dict[str, np.ndarray] | None = None) -> Image.Image:
        """What is to be seen, on one sheet: a column in rows, several columns beside each other.

        Args:
            visuals: As `visuals` gives them; None: those of the present state.
        """
        visuals = self.visuals(self.config.sample_count) if visuals is None else visuals
        columns = [self._pixels(column) for column in visuals.values()]
        if len(columns) == 1:
            return grid(columns[0])
        return side_by_side(*columns, across=self.sheet_across)

    def _pixels(self, column: np.ndarray) -> np.ndarray:
        if column.ndim > 4:
            from data.voxels import views

            return views(column > 0.5)
        return column if column.dtype == np.uint8 else to_pixels(column)

    # --- keeping ---

    def save(self, folder: str | Path) -> None:
        """Write a run folder: all that training goes on from, and the networks to be used.

        `type(self).load` takes it up again, and the recipe's infer.py works on it.

        Raises:
            Refused: there is something else already; nothing has been built yet.
        """
        if not self.networks:
            raise Refused("there is nothing to save yet: trainModel builds the networks")
        learned = self._learned
        facts = {} if learned is None else {"pictures": len(learned)}
        facts |= {} if learned is None else {"fingerprint": fingerprint(learned)}
        run = Run.create(Path(folder), _recipe_of(type(self)), self.config, facts)
        run.note(networks=run.save_networks(self.average))
        checkpoint.save(run.checkpoints, self.step, self.state())

    @classmethod
    def load(cls, folder: str | Path) -> Trainer:
        """The trainer of a run folder as its last checkpoint has it.

        Raises:
            Refused: it is no run of this recipe, is of an earlier version, or has no checkpoint.
        """
        run = Run.open(Path(folder), _recipe_of(cls))
        run.check_version("load")
        trainer = cls(run.config(cls.config_type))
        step = checkpoint.restore(run.checkpoints, trainer.state())
        if step is None:
            raise Refused(f"{folder} has nothing to load: no checkpoint was reached")
        trainer.step = step
        return trainer


def generate(model: keras.Model, batch: Batch) -> np.ndarray:
    """A network's output at inference, for N rows of its inputs by name.

    In parts of a fixed number, so that memory is bounded and a sample is the same however
    many are asked for.

    Returns:
        Pictures float32 N×H×W×C in [-1, 1], points N×D, or whatever the network makes.
    """
    part, rows = 64, {tensor.name: np.asarray(batch[tensor.name]) for tensor in model.inputs}
    count = len(next(iter(rows.values())))
    padded = {
        name: np.concatenate([values, np.repeat(values[-1:], -count % part, axis=0)])
        for name, values in rows.items()
    }
    made = []
    for start in range(0, count, part):
        some = {name: values[start : start + part] for name, values in padded.items()}
        made.append(np.asarray(model(named_inputs(model, some), training=False)))
    return np.concatenate(made)[:count]


def _recipe_of(kind: type[Trainer]) -> str:
    return Path(inspect.getfile(kind)).parent.name


class _StepCounter(keras.callbacks.Callback):
    """Keeps `model.step`: the first of the callbacks, so that the others read it right."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.step += 1


class _History(keras.callbacks.History):
    """Keras' record of a training, by steps instead of epochs."""

    def __init__(self, log_every: int):
        super().__init__()
        self._log_every = log_every
        self.epoch, self.history = [], {}

    def on_train_begin(self, logs=None):
        """Go on with what was recorded in the phase before."""

    def on_train_batch_end(self, batch, logs=None):
        """Record a step where a row of the log is due."""
        if self.model.step % self._log_every or not logs:
            return
        self.epoch.append(self.model.step)
        for name in {**self.history, **logs}:
            # A name that another phase does not log has no value there.
            column = self.history.setdefault(name, [float("nan")] * (len(self.epoch) - 1))
            column.append(float(logs[name]) if name in logs else float("nan"))

    def on_epoch_end(self, epoch, logs=None):
        """A training is one long epoch: there is nothing to add."""
