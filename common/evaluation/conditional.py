"""Measures of conditional generators: is what was asked for there, and in all its variety?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from common.batches import rng_for
from common.conditions import ConditionalConfig
from common.evaluation.candidates import usable
from common.evaluation.case import Case
from common.evaluation.reference import ReferenceSet, tests_of
from common.evaluation.scores import TRAINED, Criterion, Scores, Values
from common.metrics.labels import label_accuracy
from data.pixels import to_float
from data.progress import waiting
from data.samples import SampleSet
from data.words import matching

#: The columns of this measure's controls.
SHUFFLED, MEANS = "shuffled", "class means"
CONTROLS = ("real", SHUFFLED, MEANS)
#: Its measures.
ACCURACY, COVERAGE, WORST = "label accuracy", "class coverage", "worst class"
UNSEEN, WHOLE = "held-out accuracy", "held-out found"
TAGGING, CHANCE = "tagging", "tagging by chance"
# A net that reads less is no judge of others.
_TRUSTED = 0.98
# Pictures that the discriminator tags, and samples of combinations that are held out.
_TAGGED, _UNSEEN = 1000, 2000

_MEASURES = {
    ACCURACY: "share of samples in which the net reads the label, or of the words that were asked "
    "for (as `real`)",
    COVERAGE: "coverage within each class alone, or among what has a word: the mean of all (as "
    "`real`)",
    WORST: "the lowest of them (as `real`)",
    UNSEEN: "of the combinations that were never learned from, the share of their own words that "
    "the net reads in samples of them, a mean of all combinations (as `real`)",
    WHOLE: "share of those samples in which it reads all words of the combination (as `real`)",
    TAGGING: "share of labels, or words, of held-out pictures that the discriminator finds "
    "likelier than all others",
    CHANCE: "the same by guessing",
}


def measure(case: Case) -> Scores:
    """Score what a run's samples show against what was asked for, and controls beside them.

    Its configuration is a `ConditionalConfig`. Samples are made for the factors of held-out
    real pictures, and read by the data's own feature net.

    Raises:
        Refused: there are fewer samples than a measure needs, a feature net is of other data,
            or a run has no checkpoint yet.
    """
    case.reserve(*CONTROLS)
    # Only now: this imports TensorFlow.
    from common.metrics.features import feature_net

    file = getattr(case.flags, "features", None)
    net = feature_net(case.source, case.config.image_size, file)
    if isinstance(net, str):
        return Scores({}, {}, {}, {}, dict.fromkeys(_MEASURES, net))
    read = [name for name in case.config.conditions if net.info.accuracy.get(name, 0) >= _TRUSTED]
    judge = Judge(net, tuple(read), case.reference)
    held, unseen = case.reference.held_out, _unseen(case)
    combinations = case.config.held_out_values()
    meanings, values = {}, {}
    for name, meaning, trainer in case.models():
        with waiting(f"asking the model {name} for each class"):
            samples = sampled(case, trainer, held, name)
            values[name] = judge.score(samples, held.factors) | tagging(
                trainer.discriminator, case.reference.reference, case.config
            )
            if unseen:
                made = sampled(case, trainer, unseen, name)
                values[name] |= judge.unseen(made, unseen.factors, combinations)
        meanings[name] = meaning
        if name == TRAINED:
            shown = samples
        # Before the next one is built.
        del trainer
    mixed = rng_for(case.seed, "shuffled").permutation(len(held))
    others = {name: held.factors[name][mixed] for name in case.config.conditions}
    meanings[SHUFFLED] = "the run's samples, held against the conditions of others"
    values[SHUFFLED] = judge.score(shown, others)
    meanings["real"] = "other real pictures: as good as one can be"
    values["real"] = judge.score(held.samples, held.factors)
    if unseen:
        values["real"] |= judge.unseen(unseen.samples, unseen.factors, combinations)
    meanings[MEANS] = "for each combination of conditions the mean of its training pictures"
    means = class_means(case.reference.training, held, case.config.conditions)
    values[MEANS] = judge.score(means, held.factors)
    if unseen:
        # There is no picture of them to be averaged.
        means = class_means(case.reference.training, unseen, case.config.conditions)
        values[MEANS] |= judge.unseen(means, unseen.factors, combinations)
    found = {measure for row in values.values() for measure in row}
    why = f"{net.info.name} reads no condition right in {_TRUSTED:.0%}"
    unavailable = {} if read else dict.fromkeys((ACCURACY, COVERAGE, WORST, UNSEEN, WHOLE), why)
    if not unseen:
        nothing = "no combination was held out (--held-out)"
        unavailable |= dict.fromkeys((UNSEEN, WHOLE), nothing)
    untold = [name for name in case.config.conditions if name not in read]
    if read and untold:
        why = f"the net reads them right in less than {_TRUSTED:.0%}"
        unavailable[f"{ACCURACY} of {', '.join(untold)}"] = why
    return Scores(
        {"samples": len(held), "features": asdict(net.info)},
        meanings,
        {name: words for name, words in _MEASURES.items() if name in found},
        values,
        unavailable,
    )


def criteria(config: ConditionalConfig) -> list[Criterion]:
    """Return what a conditional generator has to reach.

    Of a single condition: the label, in its variety. Of several, words, and those of combinations
    that were held out: among the pictures of one word all others vary, so that means of
    combinations cover them, too; but of what was never seen there is no mean.
    """
    if len(config.conditions) == 1:
        return [Criterion(ACCURACY, least=0.95), Criterion(COVERAGE, least=0.8, of="real")]
    words = [Criterion(ACCURACY, least=0.95)]
    return words + ([Criterion(UNSEEN, least=0.9)] if config.held_out else [])


def sampled(case: Case, trainer, wanted: SampleSet, name: str) -> np.ndarray:
    """Sample a model for the factors of some samples: uint8 N×H×W×C."""
    drawn = trainer.draw(rng_for(case.seed, "evaluation"), len(wanted))
    return usable(trainer.sample(wanted.factors | drawn), name)


def _unseen(case: Case) -> SampleSet | None:
    """Test samples with a combination that is held out; None where there are none."""
    if not case.config.held_out:
        return None
    tests = tests_of(case.source, case.config, case.count)
    held = np.flatnonzero(case.config.is_held_out(tests.factors))[:_UNSEEN]
    return tests.take(held) if len(held) else None


@dataclass(frozen=True)
class Judge:
    """A net that reads conditions in pictures, and real pictures for each of their values."""

    net: object
    #: The conditions that it reads well enough.
    read: tuple[str, ...]
    reference: ReferenceSet

    @cached_property
    def _features(self) -> np.ndarray:
        return self.net(self.reference.reference.samples)

    def score(self, pictures: np.ndarray, wanted: dict[str, np.ndarray]) -> Values:
        """Score pictures, uint8 N×H×W×C, by what they were made for."""
        return self.accuracy(ACCURACY, pictures, wanted) | self.coverage(pictures, wanted)

    def accuracy(self, name: str, pictures: np.ndarray, wanted: dict[str, np.ndarray]) -> Values:
        """Compute the share of conditions that the net reads as they were wanted."""
        if not self.read:
            return {}
        found = self.net.read(pictures)
        read, asked = (np.concatenate([part[f] for f in self.read]) for part in (found, wanted))
        return {name: label_accuracy(read, asked)}

    def unseen(
        self,
        pictures: np.ndarray,
        wanted: dict[str, np.ndarray],
        combinations: list[dict[str, int]],
    ) -> Values:
        """Compute how much of combinations that were held out is read in pictures of them.

        Only their own words count, and each combination alike: a generator that makes one of them
        without the other would be right about most of all words.

        Args:
            pictures: uint8 N×H×W×C.
            wanted: What they were made for; of each picture a combination is a part.
            combinations: Condition -> value, of each that was held out.
        """
        found, words, whole = self.net.read(pictures), [], []
        for asked in combinations:
            if not set(asked) <= set(self.read):
                continue
            some = matching(wanted, asked)
            if len(some):
                right = np.stack([found[name][some] == value for name, value in asked.items()])
                words.append(right.mean())
                whole.append(right.all(axis=0).mean())
        # Each combination counts alike: what is always read may be one of them, and that one often.
        return {UNSEEN: float(np.mean(words)), WHOLE: float(np.mean(whole))} if words else {}

    def coverage(self, pictures: np.ndarray, wanted: dict[str, np.ndarray]) -> Values:
        """Compute coverage among the pictures of one value of a condition, for all of them."""
        from common.metrics.neighbours import K, neighbourhood

        fake, real, found = self.net(pictures), self.reference.reference.factors, []
        for name in self.read:
            for value in np.unique(real[name]):
                ours, theirs = fake[wanted[name] == value], self._features[real[name] == value]
                if min(len(ours), len(theirs)) > K:
                    found.append(neighbourhood(theirs, ours).coverage)
        return {COVERAGE: float(np.mean(found)), WORST: float(min(found))} if found else {}


def class_means(training: SampleSet, wanted: SampleSet, conditions: tuple[str, ...]) -> np.ndarray:
    """The mean of the training pictures that share a sample's conditions: uint8 N×H×W×C.

    Where there are none, it is that of all.
    """
    mean = training.samples.mean(0)
    keys = [np.stack([part.factors[c] for c in conditions], 1) for part in (training, wanted)]
    means = {}
    for key in np.unique(keys[1], axis=0):
        same = np.flatnonzero((keys[0] == key).all(1))
        means[tuple(key)] = training.samples[same].mean(0) if len(same) else mean
    return np.stack([means[tuple(key)] for key in keys[1]]).round().astype(np.uint8)


def tagging(discriminator, shown: SampleSet, config: ConditionalConfig) -> Values:
    """Compute how often a discriminator finds the true value of a condition the likeliest.

    One condition is varied at a time, and the others are told to it as they are.
    """
    from common.trainer import generate

    some = shown.take(np.arange(min(len(shown), _TAGGED)))
    pictures, found = to_float(some.samples), []
    known = {name: some.factors[name].astype(np.int32) for name in config.conditions}
    with discriminator.baked() as (model, *_):
        for name, size in config.condition_sizes.items():
            logits = []
            for value in range(size):
                told = known | {name: np.full(len(some), value, np.int32)}
                logits.append(generate(model, told | {"sample": pictures})[:, 0])
            found.append(np.argmax(logits, axis=0))
    right = label_accuracy(np.concatenate(found), np.concatenate(list(known.values())))
    chance = np.mean([1 / size for size in config.condition_sizes.values()])
    return {TAGGING: right, CHANCE: float(chance)}
