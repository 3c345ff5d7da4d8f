"""Labelled pictures that readers are tested on, and what so many or so few of them can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.stats import bootstrap

import data
from common.metrics.estimate import Estimate
from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.samples import SampleSet

# With fewer, an interval would be no interval.
_FEWEST = 10
_RESAMPLES = 2000


def load_labelled(
    place: str, config: TranslatorConfig, known: SampleSet, words_of: dict
) -> SampleSet:
    """Load all pictures of a file or folder, whatever its splits, at the size of a run.

    Args:
        place: Names pictures with labels.
        config: The run's.
        known: Simulated pictures, of whose labels there must be some.
        words_of: Factor -> the words for its values, of simulated pictures.

    Raises:
        Refused: no such pictures, too few, of other channels, with none of the labels, or with
            other classes.
    """
    # As the run's own pictures are read, but for what they are one half of.
    reading = replace(config.reading, layout="auto")
    source, words = data.find(place, reading), f"--labelled {place}"
    if source.kind != "pictures":
        raise Refused(f"{words} holds {source.kind}; legal are pictures with labels")
    if source.count is None:
        raise Refused(f"{words} is an endless world; legal are files and folders")
    if source.channels != config.channels:
        raise Refused(f"{words} has {source.channels} channels; legal is {config.channels}")
    splits = [
        source.load(split, config.image_size, 0, 0) for split in ("train", "validation", "test")
    ]
    count = sum(map(len, splits))
    if count < _FEWEST:
        raise Refused(f"{words} has {count} pictures; {_FEWEST} are needed")
    names = [name for name in known.factors if all(name in split.factors for split in splits)]
    if not names:
        raise Refused(f"{words} has none of the labels {', '.join(known.factors) or 'there are'}")
    for name in names:
        # Each set numbers its own classes.
        theirs, ours = source.factors.get(name), words_of.get(name)
        if theirs and ours and theirs != ours:
            raise Refused(
                f"{words} has the classes {', '.join(theirs)} of '{name}'; legal are those of the "
                f"simulated pictures, {', '.join(ours)}"
            )
    return SampleSet(
        np.concatenate([split.samples for split in splits]),
        {name: np.concatenate([split.factors[name] for split in splits]) for name in names},
    )


def correlation(read: np.ndarray, true: np.ndarray) -> float:
    """Compute the correlation of readings and labels, N×K each: the mean over the K numbers."""
    spread = np.std(read, 0) * np.std(true, 0)
    together = ((read - read.mean(0)) * (true - true.mean(0))).mean(0)
    # What never changes correlates with nothing.
    return float(np.mean(together / np.where(spread > 0, spread, np.inf)))


def over_pictures(statistic: Callable[..., float], *rows: np.ndarray) -> Estimate:
    """Estimate a statistic of N pictures; the 95 % interval is a bootstrap's over pictures.

    Args:
        statistic: Of arrays with N rows each, those of one index belonging together.
        rows: The arrays.
    """
    # Indices are drawn again, not rows, so that arrays of any shape stay together.
    found = bootstrap(
        (np.arange(len(rows[0])),),
        lambda chosen: statistic(*(row[chosen] for row in rows)),
        n_resamples=_RESAMPLES,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    low, high = (float(bound) for bound in found.confidence_interval)
    return Estimate(statistic(*rows), low, high)
