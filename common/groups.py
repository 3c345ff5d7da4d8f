"""Settings of recipes that learn from groups: two pictures of one identity, or of one class."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from common.config import Config
from data.errors import Refused
from data.held_out import AUTO, classes_in
from data.plurals import number_of
from data.reading import Reading
from data.samples import SampleSet
from data.source import Source

#: In place of the factor to split by: the splits that the set brings.
OWN = "own"


@dataclass(kw_only=True)
class GroupedConfig(Config):
    """Settings of a recipe whose batches hold two pictures of each identity or class."""

    grouped_by: str = AUTO
    """The factor that says who or what a picture shows, the same value for the same; auto:
    identity or label, whichever there is."""
    split_by: str = AUTO
    """Factor of which no test value is seen in training (alphabet); auto: that of --grouped-by;
    own: the splits that the set brings."""

    group_size = 2

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        if self.balance is not None:
            raise Refused("--balance: not available in this recipe, as batches hold pairs")

    @property
    def unlearned(self) -> str:
        """As `common.config.Config.unlearned`."""
        return f"as no other picture shares their {self.grouped_by}"

    @property
    def reading(self) -> Reading:
        """As `common.config.Config.reading`: no class of one split is in another."""
        split_by = self.grouped_by if self.split_by == AUTO else self.split_by
        return dataclasses.replace(super().reading, split_by=None if split_by == OWN else split_by)

    def adapted_to(self, source: Source) -> GroupedConfig:
        """As `common.config.Config.adapted_to`; settles which factor tells the classes."""
        settled = super().adapted_to(source)
        if self.grouped_by == AUTO:
            return dataclasses.replace(settled, grouped_by=classes_in(source, "--grouped-by"))
        if source.factors and self.grouped_by not in source.factors:
            raise Refused(
                f"--grouped-by {self.grouped_by}: {source.name} has no such factor; legal is "
                f"{', '.join(source.factors)}"
            )
        return settled

    def training_set(self, loaded: SampleSet) -> SampleSet:
        """Return what is learned from: pictures of classes with two or more, numbered from 0.

        Raises:
            Refused: there are no two such classes.
        """
        learned = super().training_set(loaded)
        numbers = numbered(learned, self.grouped_by)
        counts = np.bincount(numbers) if len(numbers) else np.zeros(0, int)
        paired = int((counts >= self.group_size).sum())
        if paired < 2:
            found = number_of(len(counts), "values")
            raise Refused(
                f"--grouped-by {self.grouped_by}: of {found} for training, {paired} have two "
                "pictures or more; at least 2 are needed, and others for tests"
            )
        if paired < len(counts):
            learned = learned.take(np.flatnonzero(counts[numbers] >= self.group_size))
            numbers = numbered(learned, self.grouped_by)
        return dataclasses.replace(learned, factors=learned.factors | {self.grouped_by: numbers})


def numbered(samples: SampleSet, factor: str) -> np.ndarray:
    """Number the values of a factor from 0, int32 N.

    Raises:
        Refused: it is a number on a scale, or there is none.
    """
    values = samples.factors.get(factor)
    if values is None or values.ndim != 1 or values.dtype.kind not in "iub":
        legal = [n for n, v in samples.factors.items() if v.ndim == 1 and v.dtype.kind in "iub"]
        told = ", ".join(legal) or "none, as nothing is known of these"
        raise Refused(f"--grouped-by {factor}: legal is a factor with classes: {told}")
    return np.unique(values, return_inverse=True)[1].ravel().astype(np.int32)
