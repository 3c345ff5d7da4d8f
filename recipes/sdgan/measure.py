"""Whether one identity code is one identity, in many observations: measures, and controls."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from common.batches import rng_for
from common.evaluation import pictures
from common.evaluation.candidates import usable
from common.evaluation.case import Case
from common.evaluation.scores import TRAINED, Scores, Values
from common.evaluation.trials import Classes, area, verification
from common.groups import numbered
from common.metrics.estimate import Estimate, mean_of
from common.metrics.identity_net import identity_net
from data.errors import Refused
from data.pixels import to_float
from data.progress import waiting

from .codes import IDENTITY, OBSERVATION, crossed, identities, observations
from .inversion import codes_of
from .readers import Readers

AUC, VARIETY, DISTINCT = "identity AUC", "variety", "identities"
FOUND = "identity found"
#: The columns of the controls; `pictures` has more.
REAL, COPIED, FIXED = "real", "copied pairs", "one observation"

# Identities of an endless set, pictures of each, and pairs of either kind.
_IDENTITIES, _EACH, _PAIRS = 1000, 4, 5000
# Fewest identities of which something can be told; a part of the set that no training takes.
_FEWEST, _SEED = 4, 20_180_503
# Real people whose codes are looked for, and updates of a search.
_SOUGHT, _SEARCH = 24, 200
# Of pairs of two real identities, this share is nearer than those that are called the same.
_MISTAKEN = 1e-3


def measure(case: Case) -> Scores:
    """Score who is seen in a run's pictures, and how; and the pictures, as DCGAN's are.

    Raises:
        Refused: too few pictures or identities for tests, or a run without checkpoint.
    """
    case.reserve(COPIED, FIXED)
    exam = Exam(case)
    scores = pictures.measure(case, also=exam.of_trainer)
    scores.measures = exam.measures | scores.measures
    scores.facts |= exam.facts
    scores.unavailable |= exam.unavailable
    with waiting("measuring the controls"):
        for name, (meaning, values) in exam.controls().items():
            scores.candidates[name] = scores.candidates.get(name, meaning)
            scores.values[name] = values | scores.values.get(name, {})
    return scores


class Exam:
    """Real identities that no training saw, what tells them apart, and what varies within them."""

    def __init__(self, case: Case):
        self._case, config = case, case.config
        factor, size = config.grouped_by, config.image_size
        count = _IDENTITIES * _EACH
        self._real = case.source.load("test", size, count, _SEED)
        if factor not in self._real.factors:
            raise Refused(
                f"{case.source.name} has no pictures for testing that tell their {factor}"
            )
        self._numbers = numbered(self._real, factor)
        several = np.bincount(self._numbers) > 1
        if several.sum() < _FEWEST:
            raise Refused(
                f"{case.source.name} has {several.sum()} values of {factor} with two pictures for "
                f"testing; {_FEWEST} are needed"
            )
        chosen = np.flatnonzero(several[self._numbers])
        self._real, self._numbers = self._real.take(chosen), self._numbers[chosen]
        self._numbers = np.unique(self._numbers, return_inverse=True)[1].ravel()
        net = identity_net(case.source, size, factor)
        #: Measure -> why there is no value.
        self.unavailable: dict[str, str] = {}
        if isinstance(net, str):
            self.unavailable = dict.fromkeys((AUC, DISTINCT, FOUND), net)
        self._net = None if isinstance(net, str) else net
        self._readers = Readers(case.source, self._real, self._numbers, case.flags.features)
        self._fixed: Values | None = None
        self.measures = {
            AUC: "how often two pictures with two identity codes are farther apart in the identity "
            "net than two with one; of real pictures, of two people and of one (1)",
            DISTINCT: f"share of {self._count} identities that are not nearer to an earlier one "
            f"than {_MISTAKEN:.1%} of real ones are to each other (as `real`)",
            FOUND: f"of {self._sought} real people a picture is inverted: how often its identity, "
            "seen otherwise, is nearer to another picture of them than to others' (½: chance)",
            VARIETY: "spread of what varies between pictures of one identity, over that of real "
            "pictures: a mean over " + ", ".join(self._readers.names) + " (1)",
        }
        each = [name for name in self._readers.names if len(self._readers.names) > 1]
        self.measures |= {_of(name): "the same, of it alone (1)" for name in each}
        self.measures = {n: w for n, w in self.measures.items() if n not in self.unavailable}

    @property
    def facts(self) -> dict:
        """Facts for the evaluation: on how many, and by which net."""
        told = {"identities": self._count, "pictures of each": _EACH}
        if self._net is None:
            return told
        (auc,) = self._net.info.accuracy.values()
        learned = {"name": self._net.info.name, "AUC": auc, "digest": self._net.info.digest}
        return told | {"identity net": learned}

    @property
    def _count(self) -> int:
        """Identities that are compared; as many generated ones as there are real ones."""
        return min(int(self._numbers.max()) + 1, _IDENTITIES)

    @property
    def _sought(self) -> int:
        return min(self._count, _SOUGHT)

    def of_trainer(self, trainer) -> Values:
        """Score a model's identities; of the first one also by those of real pictures."""
        config, seed = trainer.config, self._case.seed
        who = identities(config, seed, self._count)
        how = observations(config, seed, self._count * _EACH)
        numbers = np.repeat(np.arange(self._count), _EACH)
        codes = {IDENTITY: who[numbers], OBSERVATION: how}
        more: Values = {}
        if self._fixed is None:
            still = usable(trainer.sample(crossed(who, how[:1])), TRAINED)
            self._fixed = self.score(np.repeat(still, _EACH, axis=0), numbers)
            more = {} if self._net is None else {FOUND: self._found(trainer)}
        return self.score(usable(trainer.sample(codes), type(trainer).__name__), numbers) | more

    def _found(self, trainer) -> Estimate:
        """Invert a picture of each of some people, and look for them in what is made of that."""
        config, seed = trainer.config, self._case.seed
        pairs = [np.flatnonzero(self._numbers == n)[:2] for n in range(self._sought)]
        first, second = (self._real.samples[list(index)] for index in zip(*pairs, strict=True))
        with trainer.average.ema_models() as (generator, *_):
            found = codes_of(to_float(first), generator, config, seed, _SEARCH)
        batch = crossed(found.codes[IDENTITY], observations(config, seed, _EACH))
        seen = self._net(usable(trainer.sample(batch), TRAINED))
        ours = means(seen, np.repeat(np.arange(self._sought), _EACH))
        apart = np.linalg.norm(ours[:, None] - self._net(second)[None], axis=2)
        nearer = apart > np.diag(apart)[:, None]
        # Nobody is compared with themselves.
        return mean_of(nearer.sum(1) / (self._sought - 1))

    def controls(self) -> dict[str, tuple[str, Values]]:
        """Return the scores of controls: name -> what it is, and its scores."""
        first = np.array([np.flatnonzero(self._numbers == n)[0] for n in range(self._count)])
        same = np.repeat(self._real.samples[first], _EACH, axis=0)
        numbers = np.repeat(np.arange(self._count), _EACH)
        return {
            REAL: ("real pictures", self.score(self._real.samples, self._numbers)),
            COPIED: ("a real picture of each, again and again: a cheat", self.score(same, numbers)),
            FIXED: ("the run's model, with one observation code for all", self._fixed),
        }

    def score(self, some: np.ndarray, numbers: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C, by whom each shows, N whole numbers from 0."""
        spreads = self._readers.variety(some, numbers)
        values: Values = {VARIETY: float(np.mean(list(spreads.values())))}
        if len(spreads) > 1:
            values |= {_of(name): value for name, value in spreads.items()}
        if self._net is None:
            return values
        embeddings = self._net(some)
        classes = Classes(numbers)
        pairs = verification(classes, rng_for(self._case.seed, "pairs"), _PAIRS)
        apart = np.linalg.norm(embeddings[pairs[0]] - embeddings[pairs[1]], axis=1)
        values[AUC] = area(classes, pairs, apart)
        values[DISTINCT] = distinct(means(embeddings, numbers)[: self._count], self._same)
        return values

    @cached_property
    def _same(self) -> float:
        """Distance below which two identities are called the same."""
        found = means(self._net(self._real.samples), self._numbers)
        rows, columns = np.triu_indices(len(found), 1)
        return float(np.quantile(np.linalg.norm(found[rows] - found[columns], axis=1), _MISTAKEN))


def means(embeddings: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the mean embedding of each identity, of length 1: M×D, in the order of the numbers."""
    found = np.stack([embeddings[numbers == number].mean(0) for number in np.unique(numbers)])
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def distinct(embeddings: np.ndarray, same: float) -> float:
    """Return the share of identities that are farther than `same` from all distinct ones before."""
    kept: list[np.ndarray] = []
    for each in embeddings:
        if not kept or np.linalg.norm(np.stack(kept) - each, axis=1).min() > same:
            kept.append(each)
    return len(kept) / len(embeddings)


def _of(name: str) -> str:
    return f"{VARIETY} of {name}"
