"""Evaluation cases: a run with its data and its models, as measures take them."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from common.batches import any_of, unjittered
from common.config import Config
from common.evaluation.flags import EvaluateFlags
from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import NOT_AVERAGED, TRAINED, UNTRAINED
from common.run import checkpoint
from common.translation.config import TEST_SEED
from data.errors import Refused
from data.progress import waiting
from data.samples import SampleSet, UnpairedSet
from data.source import Source

if TYPE_CHECKING:
    # It imports TensorFlow, before which flags and data are refused.
    from common.run.folder import Run
    from common.trainer import Trainer

_USUAL = 200


@dataclass
class Case:
    """Run to be measured: its data, its models, and the flags of the evaluation."""

    run: Run
    config: Config
    source: Source
    #: What the run was trained on, as it was loaded: larger, where jitter cuts pictures out.
    loaded: SampleSet | UnpairedSet
    flags: EvaluateFlags
    #: Configuration -> `common.trainer.Trainer`.
    build: Callable[[Config], Trainer]
    #: Other runs to be measured beside it, by the names of their columns.
    ablations: dict[str, tuple[Run, Config]] = field(default_factory=dict)
    #: The step of the checkpoint that is measured, once `models` has read it.
    step: int | None = None

    @property
    def seed(self) -> int:
        """Seed of everything random in the evaluation."""
        return self.flags.seed

    @property
    def count(self) -> int | None:
        """Number of samples per column; None: the usual number."""
        return self.flags.count

    @cached_property
    def training(self) -> SampleSet | UnpairedSet:
        """Training set of the run, at the size that its networks take."""
        return unjittered(self.loaded, self.config)

    @cached_property
    def reference(self) -> ReferenceSet:
        """Training samples, and two halves of the test split; 5,000 each by default.

        Raises:
            Refused: there are fewer test samples than `count`.
        """
        return ReferenceSet.of(self.training, self.source, self.config, self.count)

    @cached_property
    def tests(self) -> SampleSet | UnpairedSet:
        """Samples of the test split with their inputs, for translators; 200 by default.

        Raises:
            Refused: there are fewer.
        """
        wanted = self.count or _USUAL
        tests = self.source.load("test", self.config.image_size, wanted, TEST_SEED)
        if len(tests) < max(2, self.count or 2):
            raise Refused(
                f"{self.source.name} has {len(tests)} pictures for testing; {self.count or 2} are "
                "needed (of a folder of 100 or more, about a tenth is kept for that)"
            )
        return tests.take(any_of(len(tests), wanted, TEST_SEED, "tests"))

    def reserve(self, *controls: str) -> None:
        """Refuse runs given by --beside that have the name of one of a measure's controls.

        Args:
            controls: The names of the measure's own columns.
        """
        for name in controls:
            if name in self.ablations:
                raise Refused(f"--beside: there is a column {name} already; rename the folder")

    def models(self, not_averaged: bool = False) -> Iterator[tuple[str, str, Trainer]]:
        """Yield the run's model, those of the runs beside it, and the run's without training.

        They are built one after the other, in float32. A caller that drops each at the end of
        its loop (`del`) has one of them in memory at a time.

        Args:
            not_averaged: Also yield the run's model with its weights as they are, where their
                moving average is measured otherwise.

        Yields:
            The column's name, what it is in words, and a trainer.

        Raises:
            Refused: a run has no checkpoint yet.
        """
        trainer = self._built(self.config)
        self.step = restored(self.run, trainer)
        yield TRAINED, "the run's model", trainer
        if not_averaged and self.config.averaging:
            _undo_averaging(trainer)
            yield NOT_AVERAGED, "its weights as they are, not their moving average", trainer
        for name, (run, config) in self.ablations.items():
            # Keras models are reference cycles: without this the one before would stay in memory.
            trainer = None
            gc.collect()
            trainer = self._built(config)
            yield name, f"the model of another run, step {restored(run, trainer)}", trainer
        trainer = None
        gc.collect()
        yield UNTRAINED, "the same model with its first weights", self._built(self.config)

    @waiting("loading TensorFlow and building the networks")
    def _built(self, config: Config) -> Trainer:
        return self.build(dataclasses.replace(config, precision="float32"))


def restored(run: Run, trainer: Trainer) -> int:
    """Restore a trainer from a run's last checkpoint; returns the step."""
    step = checkpoint.restore(run.checkpoints, trainer.state())
    if step is None:
        raise Refused(f"{run.path} has nothing to evaluate yet: no checkpoint was reached")
    return step


def _undo_averaging(trainer: Trainer) -> None:
    """Set the averages of a trainer to the weights that they follow."""
    kept = [network for network in trainer.networks if network.name in trainer.kept]
    models = [model for network in kept for model in network.models]
    with trainer.average.ema_models() as averages:
        for average, model in zip(averages, models, strict=True):
            for mine, theirs in zip(average.variables, model.variables, strict=True):
                mine.assign(theirs)
