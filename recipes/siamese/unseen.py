"""Pictures of classes that a training has not seen."""

from __future__ import annotations

import numpy as np

from common.groups import OWN
from data.errors import Refused
from data.samples import SampleSet
from data.source import Source

from .config import Config

# The splits of a set of which no training has seen anything.
_ALL = ("train", "validation", "test")


def unseen(source: Source, config: Config, count: int, seed: int, other: bool = False) -> SampleSet:
    """Load all pictures of classes that were kept from a run's training.

    Those are the classes for testing and for validation: a training takes neither. Of a set with
    splits of its own, whose validation pictures may be of training classes, those for testing.

    Args:
        source: The run's data.
        config: The run's settings.
        count: How many, where the source is endless.
        seed: Which part of an endless source.
        other: Whether it is another set, of which no training saw anything.

    Raises:
        Refused: there are none, or nothing tells their classes.
    """
    splits = _ALL if other else ("test",) if config.split_by == OWN else ("test", "validation")
    each = -(-count // len(splits))
    parts = [source.load(name, config.image_size, each, seed) for name in splits]
    parts = [part for part in parts if len(part)]
    if not parts:
        raise Refused(f"{source.name} has no pictures for testing")
    factors = parts[0].factors
    if config.grouped_by not in factors:
        legal = ", ".join(factors) or "none"
        raise Refused(f"{source.name} has no factor {config.grouped_by}; it has {legal}")
    return SampleSet(
        np.concatenate([part.samples for part in parts]),
        {name: np.concatenate([part.factors[name] for part in parts]) for name in factors},
    )
