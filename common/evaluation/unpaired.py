"""Measures of translations between two unpaired sets of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.batches import rng_for
from common.evaluation import detail
from common.evaluation.candidates import Candidate, Translation, translations_of, usable
from common.evaluation.case import Case
from common.evaluation.scores import TRAINED, Scores, Values
from common.evaluation.unpaired_controls import CONTROLS, controls
from common.translation.config import TEST_SEED
from data.pixels import to_float, to_pixels
from data.progress import waiting
from data.samples import UnpairedSet
from data.source import Source

if TYPE_CHECKING:
    from common.metrics.features import FeatureNet

_ERROR, _KEPT = "error", "content kept"
_KERNEL = "kernel distance"
_CYCLE, _NOISY_CYCLE = "cycle", "cycle error under noise (ratio)"
_THERE, _BACK = "A→B", "B→A"
_OF_SETS = {
    _KERNEL: "KID between translations and the other set's training pictures, in the features of a "
    "net of random weights (as `other content`)",
}
_OF_CYCLES = {
    _CYCLE: "mean absolute difference after both translations, of the range of values (0)",
    _NOISY_CYCLE: "the same with what lies between rounded to 8 bits and a little noise on it, "
    "over the undisturbed one; far above 1 is a message in it (1)",
}
_OF_TRUTH = {
    _ERROR: "mean absolute difference from the true translation, where it can be known (0)",
}
_OF_CONTENT = {
    _KEPT: "share of what is to be seen in a picture that a net reads in its translation "
    "(as `real`)",
}
# The noise's standard deviation, of the range of values.
_NOISE = 0.01
# The mean error that this noise alone causes: a cycle error below counts as this one.
_LEVEL = _NOISE * np.sqrt(2 / np.pi)
# Training pictures of a set that translations are compared with.
_COMPARED = 1000
# Least accuracy of a net on a factor that is compared, from guessing (0) to certainty (1).
_TRUSTED = 0.8


def measure(case: Case, beside: dict[str, tuple[str, list[Translation]]] | None = None) -> Scores:
    """Score a run's translations between two sets, and controls beside them.

    A model that translates in one direction only is measured in that one.

    Args:
        beside: A recipe's own columns: what each is, in words, and its translations A→B and,
            where there is one, B→A.

    Raises:
        Refused: there are fewer test pictures than asked for, or a run has no checkpoint yet.
    """
    beside = beside or {}
    case.reserve(*CONTROLS, "real", *beside)
    tests, candidates = case.tests, {}
    for name, meaning, trainer in case.models():
        ways = translations_of(trainer, case.seed)
        with waiting(f"translating with the model {name}"):
            candidates[name] = translated(name, meaning, ways, tests, case.seed)
        # Before the next one is built.
        del trainer, ways
    count = len(candidates[TRAINED].samples)
    for name, (meaning, ways) in controls(tests, case.loaded, both=count == 2).items():
        candidates[name] = translated(name, meaning, ways[:count], tests, case.seed)
    directions = (_THERE, _BACK)[:count]
    truth = GroundTruth(tests, case.source, case.config.image_size, directions)
    if truth.pictures:
        # The ground truth is unaffected by the perturbation.
        cycle = {_CYCLE: 0.0, _NOISY_CYCLE: 1.0} if count == 2 else {}
        pictures = {way: images for way, (images, _) in truth.pictures.items()}
        meaning = "the true translations: as good as one can be"
        candidates["real"] = Candidate(meaning, pictures, cycle)
    for name, (meaning, ways) in beside.items():
        with waiting(f"translating for the column {name}"):
            candidates[name] = translated(name, meaning, ways[:count], tests, case.seed)
    likeness = Likeness(uncropped(case), len(tests), directions, case.seed)
    pixels, unavailable = detail.measures(*tests.a.samples.shape[1:3])
    measures = _by_way(pixels, directions) | likeness.measures
    unavailable = _by_way(unavailable, directions)
    return Scores(
        {"samples": len(tests)} | truth.facts,
        {name: candidate.meaning for name, candidate in candidates.items()},
        measures | (_OF_CYCLES if count == 2 else {}) | truth.measures,
        {
            name: truth.compare(candidate.samples)
            | likeness.compare(candidate.samples)
            | candidate.values
            for name, candidate in candidates.items()
        },
        unavailable | truth.unavailable | likeness.unavailable,
    )


def translated(
    name: str, meaning: str, ways: list[Translation], tests: UnpairedSet, seed: int
) -> Candidate:
    """Translate the tests and, where models translate both ways, their translations back.

    Args:
        ways: A→B, and B→A if there is one.
    """
    sides = [to_float(side.samples) for side in (tests.a, tests.b)]
    fakes = [way(side) for way, side in zip(ways, sides, strict=False)]
    pictures = {d: usable(fake, name) for d, fake in zip((_THERE, _BACK), fakes, strict=False)}
    if len(ways) == 1:
        return Candidate(meaning, pictures)
    clean = noisy = 0.0
    for own, between, home in zip(sides, fakes, ways[::-1], strict=True):
        clean += float(np.abs(home(between) - own).mean() / 4)
        noise = rng_for(seed, "disturbed").standard_normal(between.shape, np.float32)
        rounded = to_float(to_pixels(between)) + 2 * _NOISE * noise
        noisy += float(np.abs(home(rounded) - own).mean() / 4)
    return Candidate(meaning, pictures, {_CYCLE: clean, _NOISY_CYCLE: noisy / max(clean, _LEVEL)})


def uncropped(case: Case) -> UnpairedSet:
    """Return training pictures as the tests are: whole, at the size that the networks take.

    Where jitter cuts pictures out of larger ones, what is cut out shows things larger than they
    are in the tests.
    """
    config = case.config
    if config.loaded_size == config.image_size:
        return case.loaded
    count = min(config.pictures, _COMPARED)
    return case.source.load("train", config.image_size, count, config.seed)


class Likeness:
    """Distances between translations and pictures of the other set, which need no truth.

    Args:
        training: Both sets, at the size of the translations, as `uncropped` gives them.
        count: Number of translations.
        directions: "A→B", and "B→A" where models translate both ways.
        seed: Seed of the kernel distance's blocks.
    """

    def __init__(self, training: UnpairedSet, count: int, directions: tuple[str, ...], seed: int):
        # Only now: these import TensorFlow and SciPy.
        from common.metrics.kid import FEWEST
        from common.metrics.random_features import RandomNet

        self._seed, self.measures, self.unavailable = seed, {}, {}
        sides = {_THERE: training.b, _BACK: training.a}
        self._real = {way: sides[way].samples[:_COMPARED] for way in directions}
        named, fewest = _by_way(_OF_SETS, directions), min(count, *map(len, self._real.values()))
        if fewest < FEWEST:
            why = f"it needs {FEWEST} pictures or more, there are {fewest}"
            self.unavailable, self._nets = dict.fromkeys(named, why), {}
            return
        self.measures = named
        self._nets = {way: RandomNet(real) for way, real in self._real.items()}
        self._features = {way: net(self._real[way]) for way, net in self._nets.items()}

    def compare(self, pictures: dict[str, np.ndarray]) -> Values:
        """Score translations, uint8 N×H×W×C by direction."""
        from common.metrics.kid import kernel_distance

        return {
            f"{_KERNEL} {way}": kernel_distance(self._features[way], net(pictures[way]), self._seed)
            for way, net in self._nets.items()
            # Another recipe may translate one way only, and pictures as they are may have other
            # channels.
            if way in pictures and pictures[way].shape[1:] == self._real[way].shape[1:]
        }


class GroundTruth:
    """True translations, and what nets read in them, for comparison.

    Args:
        tests: The pictures to translate.
        source: The two domains that they come from.
        size: Pixels a side; of pictures that are not square, height and width.
        directions: "A→B", and "B→A" where models translate both ways.
    """

    def __init__(self, tests: UnpairedSet, source: Source, size, directions: tuple[str, ...]):
        self._directions = directions
        self._own = dict(zip((_THERE, _BACK), (tests.a, tests.b), strict=True))
        self._other = dict(zip((_THERE, _BACK), (tests.b, tests.a), strict=True))
        self.facts, self.unavailable, self.measures = {}, {}, {}
        #: Direction -> true translations, and how much of each pixel can be known, 0 to 1.
        self.pictures: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        first, second = source.domains.values()
        square = isinstance(size, int)
        if square and correspond(first, second):
            self.measures |= _by_way(_OF_TRUTH, directions)
            sides = zip(directions, ((first, second), (second, first)), strict=False)
            self.pictures = {way: true_translations(*s, len(tests), size) for way, s in sides}
        else:
            why = f"the true translations of {source.name} are not known"
            self.unavailable |= dict.fromkeys(_by_way(_OF_TRUTH, directions), why)
        self._nets = self._find_nets(first, second, size if square else None)

    def _find_nets(self, first: Source, second: Source, size: int | None) -> dict[str, FeatureNet]:
        """Direction -> a net that reads the translations; none where nothing is known."""
        content = _by_way(_OF_CONTENT, self._directions)
        if size is None:
            self.unavailable |= dict.fromkeys(content, "pictures are not square")
            return {}
        # Only now: this imports TensorFlow.
        from common.metrics.features import feature_net

        # Always for both sides: only factors that can be read in both are compared.
        sides = {_THERE: second, _BACK: first}
        nets = {way: feature_net(side, size, any_light=True) for way, side in sides.items()}
        why = next((net for net in nets.values() if isinstance(net, str)), "")
        if why:
            self.unavailable |= dict.fromkeys(content, why)
            return {}
        #: The factors that can be read in both sets, and so should survive.
        self._asked = [
            factor
            for factor in nets[_THERE].info.factors
            if first.factors.get(factor) == second.factors.get(factor)
            and all(net.info.learned(factor) >= _TRUSTED for net in nets.values())
        ]
        if not self._asked:
            self.unavailable |= dict.fromkeys(content, "the nets read nothing in both sets")
            return {}
        accuracy = {
            way: {factor: net.info.accuracy[factor] for factor in self._asked}
            for way, net in nets.items()
        }
        worst = min(share for each in accuracy.values() for share in each.values())
        self.measures |= {
            name: f"{words}: {', '.join(self._asked)}; of new real pictures it reads each at "
            f"{worst:.1%} or better"
            for name, words in content.items()
        }
        self.facts["nets"] = {
            way: {"digest": net.info.digest, "accuracy": accuracy[way]} for way, net in nets.items()
        }
        return nets

    def compare(self, pictures: dict[str, np.ndarray]) -> Values:
        """Score translations, uint8 N×H×W×C by direction."""
        values: Values = {}
        for way, fake in pictures.items():
            found = detail.score(self._other[way].samples, fake)
            values |= {f"{name} {way}": value for name, value in found.items()}
            if way in self.pictures:
                truth, known = self.pictures[way]
                away = np.abs(fake.astype(np.float32) - truth).mean(-1) / 255
                values[f"{_ERROR} {way}"] = float((away * known).sum() / known.sum())
            # What keeps the colours of another kind of set cannot be read.
            if self._nets and fake.shape[-1] == self._other[way].samples.shape[-1]:
                read, own = self._nets[way].read(fake), self._own[way]
                right = [(read[factor] == own.factors[factor]).mean() for factor in self._asked]
                values[f"{_KEPT} {way}"] = float(np.mean(right))
        return values


def _by_way(measures: dict[str, str], directions: tuple[str, ...]) -> dict[str, str]:
    """Descriptions of measures for each direction, under the names for that direction."""
    return {f"{name} {way}": words for name, words in measures.items() for way in directions}


def correspond(first: Source, second: Source) -> bool:
    """Return whether two sources draw the same scenes, each in its own style."""
    worlds = [getattr(source, "world", None) for source in (first, second)]
    alike = type(worlds[0]) is type(worlds[1]) and worlds[0] is not worlds[1]
    return alike and hasattr(worlds[0], "counterpart")


def true_translations(
    source: Source, target: Source, count: int, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the test scenes of a world in the style of another one that corresponds to it.

    Args:
        source: The world whose scenes are drawn.
        target: The other one.
        count: How many.
        size: Pixels a side.

    Returns:
        Pictures uint8 N×size×size×C, and how much of each pixel can be known, N×size×size, 0 to 1.
    """
    images, unknown = source.world.counterpart(
        np.arange(count), size, TEST_SEED, "test", to=target.world
    )
    return images, 1 - unknown.astype(np.float32) / 255
