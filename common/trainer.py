"""Trainer template: any number of networks, and their training."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

from common.average import Average
from common.batches import Batch, Batches, rng_for, unjittered
from common.callbacks.history import StepCounter, StepHistory
from common.callbacks.progress import ProgressBar
from common.commands.name import recipe_name
from common.config import Config
from common.layers import share_statistics
from common.machine import backend, precision, strategy
from common.network import Network, named_inputs
from common.run import checkpoint
from common.run.folder import Run, facts_of, networks_of
from common.run.place import occupant
from data.errors import Refused
from data.homes import at_home
from data.memory import source_of
from data.pixels import to_float, to_pixels
from data.samples import SampleSet, UnpairedSet
from data.sheet import grid, side_by_side


class Phase(NamedTuple):
    """Phase of a training, in which one kind of step is repeated."""

    #: Batch -> logs.
    step: Callable[[dict], dict]
    #: The step at which it ends; a pretraining ends at 0.
    until: int
    #: Batches that a step takes at once; see `common.batches.Batches`.
    parts: int = 1


class Trainer(keras.Model):
    """Trainer of any number of networks, on `keras.Model.fit`.

    A recipe writes `build_networks`, `train_step` and, where its batches hold more than data,
    `draw`. Its networks are then attributes under their names: `trainer.generator`.

    Args:
        config: The recipe's settings; None: its small configuration. Where they leave sizes
            or channels open, the networks are built once `trainModel` has seen the data.

    Raises:
        Refused: an illegal setting.
    """

    #: The class of the recipe's settings.
    config_type: type[Config] = Config
    #: Names of the networks whose moving average is sampled, saved and evaluated.
    kept: tuple[str, ...] = ("generator",)
    #: The entry of `visuals` that the watchdog checks for collapse.
    watched = "fake"
    #: How many rows of several columns stand beside each other on a sheet.
    sheet_across = 2

    @property
    def sheet_columns(self) -> int | None:
        """Samples of a row where a sheet shows one column alone; None: as square as can be."""
        return None

    #: A few samples to show beside generated ones, at the networks' size; by default the first
    #: ones of the data.
    examples: SampleSet | UnpairedSet | None = None

    def __init__(self, config: Config | None = None):
        super().__init__(name=type(self).__name__.lower())
        self.config = self.config_type() if config is None else config
        self.config.check()
        self.networks: tuple[Network, ...] = ()
        #: Steps done so far; negative in a pretraining.
        self.step = -self.config.pretraining
        #: The present phase.
        self.phase: Phase | None = None
        # A step is traced once, for the names of its logs and by `fit`.
        self._step_for = functools.cache(
            lambda step: strategy.step_for(step, self.distribute_strategy)
        )
        # What a run folder remembers of the data. (Of a plain dictionary Keras makes its own.)
        self._facts = MappingProxyType({})
        if self.config.settled:
            self._build()

    def build_networks(self) -> tuple[Network, ...]:
        """Build the networks for `self.config`, whose sizes and channels are settled."""
        raise NotImplementedError

    def train_step(self, batch: dict) -> dict:
        """Update each network once from one batch; returns the logs."""
        raise NotImplementedError

    def phases(self) -> list[Phase]:
        """Return the phases of the training, in order; here, training steps alone."""
        return [Phase(self.train_step, self.config.steps)]

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw a batch's random inputs, `count` rows each: latents, noise, coins."""
        return {}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return what a sample sheet shows: columns of up to `count` samples, by name."""
        raise NotImplementedError

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
        """Build what else holds state, beside networks."""

    def _settle(self, dataset) -> SampleSet | UnpairedSet:
        """Load the data at the networks' size; builds the networks for it if necessary."""
        source = source_of(dataset)
        if not self.networks:
            settled = self.config.adapted_to(source)
            self.config = dataclasses.replace(settled, data=source.name)
            self._build()
        self.config.check_kind(source)
        found = dataclasses.replace(self.config, channels=None).adapted_to(source)
        for name in ("input_channels", "channels"):
            have, want = getattr(found, name, None), getattr(self.config, name, None)
            if have != want:
                words = name.replace("_", " ")
                raise Refused(
                    f"these {source.kind} have {have} {words}; the networks were built for {want}"
                )
        size = None if self.config.kind == "points" else self.config.loaded_size
        loaded = source.load("train", size, len(dataset), self.config.seed)
        learned = self.config.training_set(loaded)
        self.config = self.config.informed_by(learned)
        self._facts = MappingProxyType(facts_of(learned) | self.config.notes(source, learned))
        return learned

    def trainModel(
        self,
        dataset: np.ndarray | SampleSet | UnpairedSet,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> keras.callbacks.History:
        """Train from the present step up to `config.steps`.

        Args:
            dataset: Pictures, uint8 N×H×W×C; points, float32 N×D; voxels, bool N×S×S×S×1; or a
                set of these, paired or unpaired.
            callbacks: Keras callbacks; they read the step from `model.step`. One that sets
                `stop_training` ends the training after the step.
            verbose: Whether to show the progress.

        Returns:
            What was logged every `config.log_every` steps: `.epoch` has the steps, and
            `.history` the values by name.

        Raises:
            Refused: no data for this recipe, or fewer samples than one batch.
        """
        dataset = self._settle(dataset)
        if self.examples is None:
            some = dataset.take(np.arange(min(self.config.sample_count, len(dataset))))
            self.examples = unjittered(some, self.config)
        several = self.distribute_strategy.num_replicas_in_sync > 1
        # A step compiled by XLA cannot reach a second device's variables.
        self.compile(optimizer=None, jit_compile=backend.has_gpu() and not several)
        self.stop_training = False
        log = StepHistory(self.config.log_every)
        bar = [ProgressBar(self.config.log_every, self.config.batch_size)] if verbose else []
        try:
            for phase in self.phases():
                if self.step < phase.until and not (self.stop_training or self.finished):
                    self._fit(phase, dataset, [*self._watchers(phase), log, *callbacks, *bar])
        finally:
            # The settings may be others the next time.
            self._step_for.cache_clear()
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
            callbacks=[StepCounter(), *callbacks],
            shuffle=False,
            verbose=0,
        )

    def make_train_function(self, force: bool = False):
        """As in Keras, for the present phase's step."""
        if self.train_function is None or force:
            self.train_function = self._make_function(self._step_for(self.phase.step))
        return self.train_function

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Everything is built, and with batches of several workers Keras 3.15 fails here.
        pass

    def _batches(self, dataset, phase: Phase) -> Batches:
        asked = {tensor.name for model in self.keras_models for tensor in model.inputs}
        # A loss of groups needs to know whose they are.
        asked |= {self.config.grouped_by} - {None}
        return Batches(dataset, self.config, self._draw, asked, phase.parts)

    def _draw(self, rng: np.random.Generator, count: int) -> Batch:
        return self.draw(rng, count)

    def _watchers(self, phase: Phase) -> list:
        """Callbacks that may end a phase."""
        return []

    @property
    def finished(self) -> bool:
        """Whether the training has ended before its last step."""
        return False

    def log_names(self, dataset: SampleSet | UnpairedSet) -> list[str]:
        """Return the names of all logs to come, found by tracing the steps without running them."""
        names, step = set(), self.step
        for phase in self.phases():
            if self.step < phase.until:
                batch = self._batches(dataset, phase)(step)
                traced = self._step_for(phase.step)
                names |= set(backend.names_of(traced, batch, self.distribute_strategy))
                step = phase.until
        return sorted(names)

    def state(self) -> dict[str, list]:
        """Return every variable that decides how the training continues, by name."""
        state = {name: v for net in self.networks for name, v in net.state().items()}
        return state | self._more_state() | self.average.state()

    def _more_state(self) -> dict[str, list]:
        return {}

    def fixed(self, count: int) -> Batch:
        """Return the random inputs of the sample sheets, the same throughout a training."""
        return self.draw(rng_for(self.config.seed, "samples"), count)

    def shown_examples(self) -> SampleSet | UnpairedSet:
        """Return `examples`.

        Raises:
            Refused: there are none yet.
        """
        self._check_built()
        if self.examples is None:
            raise Refused("no examples to show yet: set `examples`, or call trainModel")
        return self.examples

    def _check_built(self) -> None:
        if not self.networks:
            raise Refused("no networks yet: trainModel builds them for the data")

    def real_samples(self) -> np.ndarray:
        """Return the examples: pictures in [-1, 1] (of two sets, those of B), points or voxels."""
        some = self.shown_examples()
        some = some.b if isinstance(some, UnpairedSet) else some
        return to_float(some.samples) if some.samples.dtype == np.uint8 else some.samples

    def sheet(self, visuals: dict[str, np.ndarray] | None = None) -> Image.Image:
        """Draw visuals on one sheet: one column as a grid, several beside each other.

        Args:
            visuals: As `visuals` returns them; None: those of the present state.
        """
        self._check_built()
        visuals = self.visuals(self.config.sample_count) if visuals is None else visuals
        columns = [self._pixels(column) for column in visuals.values()]
        if len(columns) == 1:
            return grid(columns[0], self.sheet_columns)
        return side_by_side(*columns, across=self.sheet_across)

    def column_sheets(self, visuals: dict[str, np.ndarray]) -> dict[str, Image.Image]:
        """Draw each column of visuals as a sheet of its own, by name; points share one."""
        if self.config.kind == "points":
            return {"samples": self.sheet(visuals)}
        columns = self.sheet_columns
        return {name: grid(self._pixels(column), columns) for name, column in visuals.items()}

    def _pixels(self, column: np.ndarray) -> np.ndarray:
        if column.ndim > 4:
            from data.voxels import views

            return views(column > 0.5)
        return column if column.dtype == np.uint8 else to_pixels(column)

    def save(self, folder: str | Path) -> None:
        """Save a run folder: the state of the training, and the networks for inference.

        `type(self).load` restores it, and the recipe's infer.py works on it.

        Args:
            folder: A new or an empty one; "~" is the user's own.

        Raises:
            Refused: the folder is in use, or nothing has been built yet.
        """
        self._check_built()
        path, name = at_home(Path(folder)), type(self).__name__
        if what := occupant(path):
            load = f"go on with it, {name}.load({str(folder)!r}), or " if what == "a run" else ""
            raise Refused(f"{path} holds {what}: {load}save to a new folder")
        before = {*path.iterdir()} if path.is_dir() else None
        run = Run.create(path, _recipe_of(type(self)), self.config, dict(self._facts))
        try:
            checkpoint.save(run.checkpoints, self.step, self.state())
            run.save_networks(self.average)
            run.note(**networks_of(self.average), saved=True)
        except BaseException:
            # Whole or not at all: half a run could neither be loaded nor be saved to again.
            for made in {*path.iterdir()} - (before or set()):
                if made.is_dir():
                    shutil.rmtree(made)
                else:
                    made.unlink()
            if before is None:
                path.rmdir()
            raise

    def restore(self, folder: Path) -> int | None:
        """Restore state and step from the latest usable checkpoint in a folder.

        The learning rates stay those of the configuration, which may have been changed.

        Returns:
            The step; None where there is no checkpoint, and nothing was restored.

        Raises:
            Refused: there are checkpoints but none is usable.
        """
        rates = [
            (variable, float(np.asarray(variable)))
            for network in self.networks
            for variable in network.optimizer.variables
            if variable.name == "learning_rate"
        ]
        step = checkpoint.restore(folder, self.state())
        if step is not None:
            self.step = step
            for variable, rate in rates:
                variable.assign(rate)
        return step

    @classmethod
    def load(cls, folder: str | Path) -> Trainer:
        """Load the trainer of a run folder, as of its last checkpoint.

        Raises:
            Refused: the folder is no run of this recipe, is of an earlier version, or has no
                checkpoint.
        """
        run = Run.open(at_home(Path(folder)), _recipe_of(cls))
        run.check_version("load")
        trainer = cls(run.config(cls.config_type))
        if trainer.restore(run.checkpoints) is None:
            raise Refused(f"{folder} has nothing to load: no checkpoint was reached")
        trainer._facts = MappingProxyType(run.facts["data"])
        return trainer


def generate(model: keras.Model, batch: Batch) -> np.ndarray:
    """Compute a network's outputs at inference, for N rows of its inputs by name.

    In parts of 64 rows, so that memory is bounded and a sample does not depend on how many are
    computed.

    Returns:
        Pictures float32 N×H×W×C in [-1, 1], points N×D, or whatever the network makes.

    Raises:
        Refused: the network takes inputs of other shapes.
    """
    part, rows = 64, {tensor.name: np.asarray(batch[tensor.name]) for tensor in model.inputs}
    for tensor in model.inputs:
        takes, given = tensor.shape[1:], rows[tensor.name].shape[1:]
        if len(takes) != len(given) or any(
            t not in (None, g) for t, g in zip(takes, given, strict=True)
        ):
            raise Refused(
                f"the network {model.name} takes {tensor.name} of the shape {tuple(takes)}, and "
                f"the run's config.yaml has {given}: they are not of one training"
            )
    count = len(next(iter(rows.values())))
    padded = {
        name: np.concatenate([values, np.repeat(values[-1:], -count % part, axis=0)])
        for name, values in rows.items()
    }
    outputs = []
    for start in range(0, count, part):
        some = {name: values[start : start + part] for name, values in padded.items()}
        outputs.append(np.asarray(model(named_inputs(model, some), training=False)))
    return np.concatenate(outputs)[:count]


def _recipe_of(kind: type[Trainer]) -> str:
    return recipe_name(inspect.getfile(kind))
