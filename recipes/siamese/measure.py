"""How well classes that were never seen are told apart: measures of an encoder, and controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import data
from common.batches import rng_for
from common.evaluation.case import Case
from common.evaluation.scores import TRAINED, Scores, Values
from common.evaluation.trials import Classes, area, one_shot, verification
from common.groups import numbered
from common.metrics.estimate import mean_of
from common.translation.config import TEST_SEED
from data.errors import Refused
from data.pixels import to_float
from data.progress import waiting
from data.samples import SampleSet

from .plane import plane
from .threshold import equal_error, rates
from .unseen import unseen

ONE_SHOT, AUC, ERROR = "one-shot", "AUC", "equal error rate"
#: The column of a control.
PIXELS = "pixel distance"
# Pictures of an endless set.
_USUAL = 2000
# Classes on the plane.
_SHOWN = 12

#: Pictures uint8 N×H×W×C -> vectors N×D.
Embed = Callable[[np.ndarray], np.ndarray]
#: Vectors N×D by N×D, row by row -> how far apart, N.
Distances = Callable[[np.ndarray, np.ndarray], np.ndarray]


def measure(case: Case) -> Scores:
    """Score a run's encoder, those of other runs, and controls, on the same trials and pairs.

    Raises:
        Refused: too few classes for tests, a factor that there is not, or a run without
            checkpoint.
    """
    case.reserve(PIXELS)
    tests = tests_of(case)
    exam = Exam(case, tests)
    values, meanings, sheets = {}, {}, {}
    for name, meaning, trainer in case.models():
        meanings[name] = meaning
        with waiting(f"comparing with the model {name}"):
            values[name], embeddings = exam.take(trainer.embed, trainer.distances_of)
        if name == TRAINED:
            sheets["plane"] = plane(*_some(embeddings, tests.samples, exam.classes.numbers))
        del trainer
    meanings[PIXELS] = "no encoder: Euclidean distance of the pictures' values"
    values[PIXELS], _ = exam.take(
        lambda pictures: to_float(pictures).reshape(len(pictures), -1),
        lambda one, other: np.linalg.norm(one - other, axis=-1),
    )
    return Scores(exam.facts, meanings, exam.measures, values, exam.unavailable, sheets=sheets)


def tests_of(case: Case) -> SampleSet:
    """Load pictures of classes that no training of the run saw.

    Raises:
        Refused: they are not those that the networks take.
    """
    config, source, other = case.config, case.source, case.flags.unseen is not None
    if other:
        source = data.find(case.flags.unseen, replace(config.reading, split_by=None))
        config.check_kind(source)
        if source.channels != config.channels:
            raise Refused(
                f"--unseen {case.flags.unseen}: pictures of {source.channels} channels; the "
                f"networks were built for {config.channels}"
            )
    found = unseen(source, config, case.count or _USUAL, TEST_SEED, other)
    for flag in ("within", "observer"):
        if (name := getattr(case.flags, flag)) is not None and name not in found.factors:
            legal = ", ".join(found.factors) or "none"
            raise Refused(f"--{flag} {name}: legal is one of {legal}")
    return found if case.count is None else found.take(np.arange(min(len(found), case.count)))


def _some(embeddings: np.ndarray, pictures: np.ndarray, numbers: np.ndarray):
    """What a few classes have of each, for the plane."""
    counts = np.bincount(numbers)
    chosen = np.flatnonzero(counts > 1)[:_SHOWN]
    index = np.flatnonzero(np.isin(numbers, chosen))
    # No more than ten of a class, or a few classes would hide the others.
    kept = [own[:10] for n in chosen if len(own := index[numbers[index] == n])]
    index = np.concatenate(kept) if kept else index
    return embeddings[index], pictures[index], numbers[index]


class Exam:
    """One-shot trials and pairs for verification, the same for every encoder."""

    def __init__(self, case: Case, tests: SampleSet):
        flags, factors = case.flags, tests.factors
        numbers = numbered(tests, case.config.grouped_by)
        within = None if flags.within is None else factors[flags.within]
        observers = None if flags.observer is None else factors[flags.observer]
        self._pictures = tests.samples
        self.classes = Classes(numbers, within, observers)
        most = len(self.classes.members)
        self._ways = min(flags.ways, self.classes.most_together)
        self._pairs = verification(self.classes, rng_for(case.seed, "pairs"))
        rng = rng_for(case.seed, "trials")
        self._sets = list(one_shot(self.classes, rng, self._ways, flags.trials))
        trials = self._ways * len(self._sets)
        self.facts = {"samples": len(tests), "classes": most, "ways": self._ways}
        self.facts |= {"trials": trials, "pairs": len(self._pairs[2])}
        self.facts |= {} if flags.within is None else {"within": flags.within}
        self.unavailable: dict[str, str] = {}
        self.measures = {
            ONE_SHOT: f"share of {trials} pictures of unseen classes that are nearest, of "
            f"{self._ways}, to the one of their own class; by chance {1 / self._ways:.2g} (1)",
            AUC: "area under the curve of pairs told to be the same, over those that are not, at "
            "every threshold; the interval is over draws of classes (1)",
            ERROR: "share of wrong answers at the threshold at which both errors are equal (0)",
        }

    def take(self, embed: Embed, distances: Distances) -> tuple[Values, np.ndarray]:
        """Score an encoder; returns the scores and the embeddings of all pictures."""
        embeddings = embed(self._pictures)
        if not np.isfinite(embeddings).all():
            raise Refused("an encoder gives values that are not finite; nothing is measured")
        right = [self._found(embeddings, distances, *each) for each in self._sets]
        one, other, different = self._pairs
        apart = distances(embeddings[one], embeddings[other])
        limit = equal_error(apart, different)
        scores = {
            ONE_SHOT: mean_of(np.concatenate(right).astype(float)),
            AUC: area(self.classes, self._pairs, apart),
            ERROR: float(np.mean(rates(apart, different, limit))),
        }
        return scores, embeddings

    def _found(self, embeddings, distances: Distances, gallery, queries) -> np.ndarray:
        """Whether the nearest in the gallery is of the query's class."""
        ways = len(gallery)
        rows, columns = (index.ravel() for index in np.indices((ways, ways)))
        apart = distances(embeddings[queries[rows]], embeddings[gallery[columns]])
        return apart.reshape(ways, ways).argmin(1) == np.arange(ways)
