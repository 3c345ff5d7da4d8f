"""The distance at which two pictures are told to be different, and how often that is wrong."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, replace

import numpy as np

import data
from common.batches import rng_for
from common.commands.made import writing
from common.evaluation.trials import Classes, verification
from common.groups import numbered
from common.run.loaded import LoadedRun
from data.errors import Refused
from data.files import atomic_write

from .compare import Comparison
from .config import Config
from .unseen import unseen

_PAIRS = 5000
# Pictures of an endless set.
_PICTURES = 2000
_SEED = 2_015_053


@dataclass(frozen=True)
class Threshold:
    """Largest distance of two pictures that are told to be of one class."""

    distance: float
    #: Share of pairs of different classes that are nearer: told to be the same.
    accepted: float
    #: Share of pairs of one class that are farther: told to be different.
    rejected: float
    #: Number of held-out pairs of either kind on which these shares were measured.
    pairs: int
    #: Whether classes of their own decided on the distance.
    apart: bool


def rates(apart: np.ndarray, different: np.ndarray, distance: float) -> tuple[float, float]:
    """Return the shares of different pairs within a distance, and of equal ones beyond it."""
    return float((apart[different] <= distance).mean()), float(
        (apart[~different] > distance).mean()
    )


def equal_error(apart: np.ndarray, different: np.ndarray) -> float:
    """Find the distance at which both errors of `rates` are as good as equal."""
    levels = np.sort(apart)
    accepted = np.searchsorted(np.sort(apart[different]), levels, "right") / different.sum()
    rejected = 1 - np.searchsorted(np.sort(apart[~different]), levels, "right") / (~different).sum()
    place = int(np.abs(accepted - rejected).argmin())
    # Between two pairs, so that neither is at the threshold itself.
    return float(levels[place : place + 2].mean())


def threshold_of(
    comparison: Comparison,
    pictures: np.ndarray,
    classes: np.ndarray,
    distance: float | None = None,
) -> Threshold:
    """Choose a threshold with half of some held-out classes, and measure it with the others.

    With fewer than four classes all of them serve for both.

    Args:
        comparison: What tells how far apart pictures are.
        pictures: uint8 N×H×W×C that no training has seen.
        classes: Class of each, N.
        distance: The threshold, if it is chosen already.

    Raises:
        Refused: there are no two classes of two pictures.
    """
    counted = [n for n, c in zip(*np.unique(classes, return_counts=True), strict=True) if c > 1]
    mixed = rng_for(_SEED, "halves").permutation(counted)
    apart = len(mixed) >= 4
    halves = (mixed[::2], mixed[1::2]) if apart else (mixed, mixed)
    embeddings = comparison.embed(pictures)
    found = []
    for half in halves:
        index = np.flatnonzero(np.isin(classes, half))
        one, other, different = verification(
            Classes(classes[index]), rng_for(_SEED, "pairs"), _PAIRS
        )
        distances = comparison.distances(embeddings[index[one]], embeddings[index[other]])
        found.append((distances, different))
    if distance is None:
        distance = equal_error(*found[0])
    accepted, rejected = rates(*found[1], distance)
    return Threshold(distance, accepted, rejected, int(found[1][1].sum()), apart)


def for_run(
    loaded: LoadedRun, comparison: Comparison, place: str | None, distance: float | None = None
) -> Threshold:
    """Return a run's threshold; measured once, and kept in its folder.

    Args:
        loaded: The run.
        comparison: By its networks.
        place: Where the run's data is now; None: where it was.
        distance: Another threshold, to be measured.

    Raises:
        Refused: the data is no longer there, or has too few classes for tests.
    """
    if distance is not None:
        return threshold_of(comparison, *held_out(loaded.config, place), distance)
    file = loaded.run.path / "threshold.json"
    networks = [loaded.run.network(name).read_bytes() for name in loaded.networks]
    digest = hashlib.sha256(b"".join(networks)).hexdigest()
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        # Of the networks as they were at an earlier step, it is another one.
        if kept.pop("networks") == digest:
            return Threshold(**kept)
    except FileNotFoundError:
        pass  # measured for the first time
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        print(f"note: {file} cannot be read; it is measured anew", file=sys.stderr)
    pictures, classes = held_out(loaded.config, place)
    found = threshold_of(comparison, pictures, classes)
    with writing(file), atomic_write(file) as tmp:
        tmp.write_text(json.dumps(asdict(found) | {"networks": digest}, indent=2) + "\n")
    return found


def held_out(config: Config, place: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Load pictures that a run has not seen, uint8 N×H×W×C, and the class of each.

    Raises:
        Refused: the run's data is no longer there.
    """
    config = config if place is None else replace(config, data=place)
    try:
        source = data.find(config.data, config.reading)
    except Refused as no:
        raise Refused(f"{no}; the run's pictures have moved? --data says where to") from no
    config.check_kind(source)
    found = unseen(source, config, _PICTURES, _SEED)
    return found.samples, numbered(found, config.grouped_by)
