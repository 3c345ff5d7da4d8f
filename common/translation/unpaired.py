"""Measures of translations between two sets, where the right answer may be known to us alone."""

from __future__ import annotations

import numpy as np

from common.batches import rng_for
from common.evaluation.scores import Scores
from common.metrics.features import FeatureNet, feature_net
from common.metrics.spectrum import fine_power_ratio
from common.translation.config import TEST_SEED
from common.translation.entrants import Entrant
from data.pixels import to_pixels
from data.samples import SampleSet, UnpairedSet
from data.source import Source

_ALWAYS = {
    "fine power there": "power in the upper octave of frequencies, over that of real pictures (1)",
    "fine power back": "the same of the other direction (1)",
    "cycle": "mean absolute difference after there and back, of the range of values (0)",
    "disturbed": "the same with what lies between rounded to 8 bits and a little noise on it, "
    "over the undisturbed one; far above 1 is a message in it (1)",
}
_OF_TRUTH = {
    "distance there": "mean absolute difference from the true translation, where it can be known",
    "distance back": "the same of the other direction",
}
_OF_CONTENT = {
    "kept there": "share of what is to be seen in a picture that a net reads in its translation "
    "(as `real`)",
    "kept back": "the same of the other direction (as `real`)",
}
# The noise's standard deviation, of the range of values.
_NOISE = 0.01
# What the noise alone changes, and a faultless way back leaves in: no error below is held
# against anybody.
_LEVEL = _NOISE * np.sqrt(2 / np.pi)
# How well a net must read a factor to be asked, from guessing (0) to certainty (1).
_TRUSTED = 0.8
# How faintly the cheat writes: less than half a step of 8 bits.
_FAINT = 1 / 1000


def evaluate(
    entrants: dict[str, Entrant],
    tests: UnpairedSet,
    learned: UnpairedSet,
    source: Source,
    config,
    seed: int,
) -> Scores:
    """Score translators between two sets, and controls beside them.

    Args:
        tests: Pictures of both sets that nobody has learned from, at the training's size.
        learned: What the first of the entrants was trained on.
    """
    ground = _Ground(tests, source, config, seed)
    everybody = entrants | _controls(tests, learned, ground)
    values = {name: ground.score(entrant) for name, entrant in everybody.items()}
    if ground.truth:
        everybody["real"] = Entrant("the true translations: as good as one can be", _same)
        # Who knows the truth draws it, whatever lies between.
        truth = {"there": ground.truth["there"][0], "back": ground.truth["back"][0]}
        values["real"] = ground.compare(truth) | {"cycle": 0.0, "disturbed": 1.0}
    meanings = {name: entrant.meaning for name, entrant in everybody.items()}
    return Scores(ground.facts, meanings, ground.measures, values, ground.unavailable)


class _Ground:
    """What translations are held against."""

    def __init__(self, tests: UnpairedSet, source: Source, config, seed: int):
        self.tests, self._seed = tests, seed
        self.facts, self.unavailable, self.measures = {}, {}, dict(_ALWAYS)
        #: Direction -> true translations, and how much of each pixel can be known, 0 to 1.
        self.truth: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        first, second = source.domains.values()
        square = isinstance(config.image_size, int)
        if square and _correspond(first, second):
            self.measures |= _OF_TRUTH
            self.truth = {
                "there": _truth(first, len(tests), config.image_size),
                "back": _truth(second, len(tests), config.image_size),
            }
        else:
            why = f"nobody knows the true translations of {source.name}"
            self.unavailable |= dict.fromkeys(_OF_TRUTH, why)
        self._nets = self._find_nets(first, second, config.image_size if square else None)

    def _find_nets(self, first: Source, second: Source, size: int | None) -> dict[str, FeatureNet]:
        """Direction -> a net that reads the translations; none where nothing is known."""
        nets = {"there": second, "back": first}
        if size:
            nets = {way: feature_net(source, size, any_light=True) for way, source in nets.items()}
        why = next((net for net in nets.values() if isinstance(net, str)), "")
        if not all(isinstance(net, FeatureNet) for net in nets.values()):
            why = why or "pictures are not square"
            self.unavailable |= dict.fromkeys(_OF_CONTENT, why)
            return {}
        #: What can be read in both sets, and so should survive.
        self._asked = [
            factor
            for factor in nets["there"].known.factors
            if first.factors.get(factor) == second.factors.get(factor)
            and all(net.known.learned(factor) >= _TRUSTED for net in nets.values())
        ]
        if not self._asked:
            self.unavailable |= dict.fromkeys(_OF_CONTENT, "the nets read nothing in both sets")
            return {}
        accuracy = {
            way: {factor: net.known.accuracy[factor] for factor in self._asked}
            for way, net in nets.items()
        }
        worst = min(share for each in accuracy.values() for share in each.values())
        self.measures |= {
            name: f"{words}: {', '.join(self._asked)}; of new real pictures it reads each at "
            f"{worst:.1%} or better"
            for name, words in _OF_CONTENT.items()
        }
        self.facts["nets"] = {
            way: {"digest": net.known.digest, "accuracy": accuracy[way]}
            for way, net in nets.items()
        }
        return nets

    def score(self, who: Entrant) -> dict[str, float]:
        """All measures of a translator."""
        a, b = (_to_float(side.samples) for side in (self.tests.a, self.tests.b))
        made = {"there": who.there(a), "back": who.back(b)}
        values = self.compare({way: to_pixels(pictures) for way, pictures in made.items()})
        clean = disturbed = 0.0
        for own, between, home in ((a, made["there"], who.back), (b, made["back"], who.there)):
            clean += float(np.abs(home(between) - own).mean() / 4)
            noise = rng_for(self._seed, "disturbed").standard_normal(between.shape, np.float32)
            rounded = _to_float(to_pixels(between)) + 2 * _NOISE * noise
            disturbed += float(np.abs(home(rounded) - own).mean() / 4)
        return values | {"cycle": clean, "disturbed": disturbed / max(clean, _LEVEL)}

    def compare(self, made: dict[str, np.ndarray]) -> dict[str, float]:
        """What can be told from translations alone, uint8, by direction."""
        values = {}
        sides = {"there": (self.tests.a, self.tests.b), "back": (self.tests.b, self.tests.a)}
        for way, (own, other) in sides.items():
            values[f"fine power {way}"] = fine_power_ratio(other.samples, made[way])
            if self.truth:
                truth, known = self.truth[way]
                away = np.abs(made[way].astype(np.float32) - truth).mean(-1) / 255
                values[f"distance {way}"] = float((away * known).sum() / known.sum())
            if self._nets:
                read = self._nets[way].read(made[way])
                right = [(read[factor] == own.factors[factor]).mean() for factor in self._asked]
                values[f"kept {way}"] = float(np.mean(right))
        return values


def _correspond(first: Source, second: Source) -> bool:
    """Whether both draw the same scenes, each in its own way."""
    worlds = [getattr(source, "world", None) for source in (first, second)]
    alike = type(worlds[0]) is type(worlds[1]) and worlds[0] is not worlds[1]
    return alike and hasattr(worlds[0], "counterpart")


def _truth(source: Source, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    images, unknown = source.world.counterpart(np.arange(count), size, TEST_SEED, "test")
    return images, 1 - unknown.astype(np.float32) / 255


def _controls(tests: UnpairedSet, learned: UnpairedSet, ground: _Ground) -> dict[str, Entrant]:
    a, b = tests.a, tests.b
    found = {"identity": Entrant("pictures as they are", _same, _same)}
    if a.samples.shape[-1] == b.samples.shape[-1]:
        found["colours"] = Entrant(
            "the mean and spread of each colour channel made those of the other set",
            _recoloured(learned.a, learned.b),
            _recoloured(learned.b, learned.a),
        )
        wrong = [np.roll(_to_float(side.samples), 1, 0) for side in (b, a)]
        found["other content"] = Entrant(
            "real pictures of the other set, of something else",
            lambda pictures: wrong[0],
            lambda pictures: wrong[1],
        )
        hidden = [_Hidden(pictures) for pictures in wrong]
        found["hidden message"] = Entrant(
            "the same with the picture itself written faintly into it, to be read on the way back",
            hidden[0],
            hidden[1],
        )
    return found


def _same(pictures: np.ndarray) -> np.ndarray:
    return pictures


def _recoloured(source: SampleSet, target: SampleSet):
    (mean, spread), (other_mean, other_spread) = (
        (side.mean((0, 1, 2)), side.std((0, 1, 2)))
        for side in (_to_float(s.samples[:1000]) for s in (source, target))
    )
    return lambda x: np.clip((x - mean) / spread * other_spread + other_mean, -1, 1)


class _Hidden:
    """A cheat (Chu et al. 2017): a translation with a message, or a message taken from one."""

    def __init__(self, shown: np.ndarray):
        self._shown = shown

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        steps = (pictures + 1) * 127.5
        message = (pictures - (np.rint(steps) / 127.5 - 1)) / _FAINT
        if np.abs(message).max() < 0.05:
            # Nothing between the steps of 8 bits: a picture as it was given.
            return self._shown + _FAINT * pictures
        return np.clip(message, -1, 1)


def _to_float(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1
