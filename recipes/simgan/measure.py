"""What refined pictures are worth as a training set: measures of a SimGAN, and controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from common.batches import any_of
from common.evaluation.candidates import usable
from common.evaluation.case import Case
from common.evaluation.scores import Scores, Values
from common.metrics.estimate import mean_of
from common.trainer import generate
from common.translation.config import TEST_SEED
from data.errors import Refused
from data.pixels import to_float
from data.plurals import number_of
from data.progress import waiting
from data.samples import SampleSet, UnpairedSet

from .labelled import correlation, load_labelled, over_pictures
from .reader import Labels, Reader

#: The columns of the controls.
SIMULATED, MATCHED, REAL = "simulated", "histogram matching", "real"
ERROR, GAP, SEVEN = "reading error", "gap closed", "within 7°"
GAIN, CORRELATION = "gain", "correlation"
SHIFT, TURING, CHANGE = "pupil shift", "told from real", "change"
#: Labels, as far as there are: the first of these that both sets have.
_USUAL = (("pitch", "yaw"), ("gaze",), ("label",))
_PUPIL = ("pupil_x", "pupil_y")
_TESTS = 1000


#: Simulated pictures, uint8 N×H×W×C -> refined, of the same shape.
Refine = Callable[[np.ndarray], np.ndarray]


def measure(case: Case) -> Scores:
    """Score a run's refined pictures, those of other runs, and controls.

    For each a reader learns the labels from its pictures and the labels of the simulated ones,
    and is tested on real pictures. The labels of real ones are used for these tests, and to
    train the readers of the column `real`, which a SimGAN has no part in.

    Raises:
        Refused: no labels of the given names, too few pictures, or a run without checkpoint.
    """
    case.reserve(SIMULATED, MATCHED, REAL)
    examiner = Examiner(case)
    values, meanings = {}, {}

    def examine(name: str, meaning: str, refine: Refine) -> None:
        meanings[name] = meaning
        with waiting(f"refining, and training readers, for the column {name}"):
            values[name] = examiner.examine(name, refine)

    for name, meaning, trainer in case.models():
        examine(name, meaning, lambda images, of=trainer, by=name: refined(of, images, by))
        del trainer
    examine(SIMULATED, "simulated pictures as they are", lambda images: images)
    matched = matching(case.training.b.samples)
    examine(MATCHED, "the greys of each picture replaced by those of real ones", matched)
    if examiner.has_oracle:
        with waiting(f"training readers for the column {REAL}"):
            values[REAL] = examiner.examine_real()
        meanings[REAL] = "real pictures with their labels, which no refiner is given"
    examiner.add_gaps(values)
    return Scores(
        {"samples": len(examiner.asked)} | examiner.facts,
        meanings,
        {name: words for name, words in examiner.measures.items() if name in _all_of(values)},
        values,
        examiner.unavailable,
    )


def _all_of(values: dict[str, Values]) -> set[str]:
    return {name for row in values.values() for name in row}


def refined(trainer, images: np.ndarray, name: str) -> np.ndarray:
    """Refine pictures uint8 N×H×W×C with a trainer's averaged refiner."""
    with trainer.average.ema_models() as (model,):
        return usable(generate(model, {"input": to_float(images)}), name)


def matching(real: np.ndarray) -> Refine:
    """Return a function that gives each picture the histogram of all `real` pictures together."""
    # The i-th of 256 quantiles of real pictures takes the place of the i-th of the picture.
    levels = np.quantile(real[:1000], np.linspace(0, 1, 256), axis=(0, 1, 2))

    def match(images: np.ndarray) -> np.ndarray:
        ranks = images.reshape(len(images), -1, images.shape[-1]).argsort(1).argsort(1)
        share = ranks / (ranks.shape[1] - 1)
        places = np.linspace(0, 1, 256)
        channels = [np.interp(share[..., c], places, levels[:, c]) for c in range(levels.shape[1])]
        return np.rint(np.stack(channels, -1)).astype(np.uint8).reshape(images.shape)

    return match


class Examiner:
    """Readers, trained on one set of pictures after the other and tested on real ones."""

    def __init__(self, case: Case):
        self._case, self._readers = case, case.flags.readers
        self._simulated, self._real = case.training.a, case.training.b
        #: Pictures of both sets that neither refiner nor reader has seen.
        self.tests = case.source.load(
            "test", case.config.image_size, case.count or _TESTS, TEST_SEED
        )
        least = case.count or 2
        if min(len(self.tests.a), len(self.tests.b)) < least:
            raise Refused(
                f"{number_of(len(self.tests), 'pictures')} for testing in {case.source.name}; "
                f"{least} are needed (of a folder of 100 or more, about a tenth is kept for that)"
            )
        if case.count:
            sides = (self.tests.a, self.tests.b)
            some = [s.take(any_of(len(s), case.count, TEST_SEED, "tests")) for s in sides]
            self.tests = UnpairedSet(*some)
        self.unavailable: dict[str, str] = {}
        place = case.flags.labelled
        #: Whether readers may learn on the labels of real pictures, to know what there is to gain.
        self.has_oracle = place is None
        #: Real pictures that readers are tested on.
        self.asked = self.tests.b
        if place:
            simulated = next(iter(case.source.domains.values())).factors
            self.asked = load_labelled(place, case.config, self._simulated, simulated)
            self.unavailable[GAP] = "labelled pictures are for testing only (--labelled)"
        self.labels = self._labels()
        # Column -> the mean error on each picture of its readers.
        self._errors: dict[str, np.ndarray] = {}

    @property
    def facts(self) -> dict:
        """Facts of the evaluation."""
        if self.labels is None:
            return {}
        facts = {"labels": list(self.labels.names), "unit": self.labels.unit}
        return facts | ({"tested on": self._case.flags.labelled} if not self.has_oracle else {})

    @property
    def measures(self) -> dict[str, str]:
        """The measures, in words."""
        unit = self.labels.unit if self.labels else ""
        return {
            ERROR: f"mean error on real pictures of a reader that learned on these, {unit} (as "
            f"`{REAL}`); with 95 % interval over {self._readers} readers",
            GAIN: f"by how much that is smaller than with `{SIMULATED}`, {unit}; with 95 % "
            "interval over the real pictures",
            CORRELATION: "correlation of what these readers find, on average, with the labels, "
            "mean over the numbers of a label; with 95 % interval over the real pictures (1)",
            GAP: f"how far the error has come from that of `{SIMULATED}` (0) to that of "
            f"`{REAL}` (1)",
            SEVEN: "share of real pictures on which that reader is wrong by at most 7° (1)",
            SHIFT: "mean distance of the pupil that a net reads from where it was drawn, pixels "
            f"(as `{SIMULATED}`)",
            TURING: "share of new pictures that a classifier tells rightly from real ones (.5)",
            CHANGE: "mean absolute difference from the simulated picture, of the range of values",
        }

    def _labels(self) -> Labels | None:
        factors = [side.factors for side in (self._simulated, self.asked)]
        asked = self._case.flags.labels
        if asked:
            for name in asked:
                if any(name not in known for known in factors):
                    both = [name for name in factors[0] if name in factors[1]]
                    raise Refused(
                        f"--labels {name}: legal are factors of both sets: {', '.join(both)}"
                    )
            names = asked
        else:
            names = next((n for n in _USUAL if all(x in f for x in n for f in factors)), None)
        if names is None:
            for measure in (ERROR, GAIN, CORRELATION, GAP, SEVEN):
                self.unavailable[measure] = "the two sets have no labels in common (--labels)"
            return None
        learned = [self._real.factors] if self.has_oracle else []
        for side in factors + learned:
            for name in names:
                if not np.isfinite(side[name]).all():
                    at = int(np.argmin(np.isfinite(side[name]).reshape(len(side[name]), -1).all(1)))
                    raise Refused(f"'{name}' of picture {at}, from 0, is no number")
        known = [domain.factors for domain in self._case.source.domains.values()]
        words = {n: w for some in known for n, w in some.items() if w}
        for name in names:
            # Each set numbers its own classes.
            told = {some[name] for some in known if some.get(name)}
            if len(told) > 1:
                one, other = (", ".join(each) for each in sorted(told)[:2])
                raise Refused(
                    f"--labels {name}: legal are the same classes in both sets, which have {one} "
                    f"and {other}"
                )
        labels = Labels.of(self.asked.factors, names, words)
        if labels.kind == "class":
            # Of as many as a reader may meet.
            most = max(int(side[names[0]].max()) for side in factors + learned)
            labels = replace(labels, classes=max(labels.classes, most + 1))
        if labels.kind == "class":
            self.unavailable[CORRELATION] = "the labels are classes"
        if labels.kind != "angles":
            self.unavailable[SEVEN] = "the labels are no angles"
        return labels

    def examine(self, name: str, refine: Refine) -> Values:
        """Score a way to refine, for a column."""
        images, tests = refine(self._simulated.samples), refine(self.tests.a.samples)
        found = self._read(name, images, self._simulated)
        found |= self._pupil(tests) | self._told_from_real(images, tests)
        change = np.abs(tests.astype(np.float32) - self.tests.a.samples)
        return found | {CHANGE: float(change.mean() / 255)}

    def examine_real(self) -> Values:
        """Score real pictures with their own labels."""
        return self._read(REAL, self._real.samples, self._real)

    def add_gaps(self, values: dict[str, Values]) -> None:
        """Add what each has gained over simulated pictures, and the share of the gap."""
        if self.labels is None:
            return
        for name, errors in self._errors.items():
            if name != SIMULATED:
                values[name][GAIN] = over_pictures(np.mean, self._errors[SIMULATED] - errors)
        if not self.has_oracle:
            return
        worst, best = (values[name][ERROR].value for name in (SIMULATED, REAL))
        if not worst > best:
            self.unavailable[GAP] = "readers of simulated pictures are no worse than those of real"
            return
        for row in values.values():
            row[GAP] = (worst - row[ERROR].value) / (worst - best)

    def _read(self, name: str, images: np.ndarray, labelled: SampleSet) -> Values:
        if self.labels is None:
            return {}
        answers, true = (self.labels.answers(s.factors) for s in (labelled, self.asked))
        read, errors = [], []
        for seed in range(self._readers):
            reader = Reader(images, answers, self.labels.classes, seed=seed + 1)
            read.append(reader(self.asked.samples))
            errors.append(self.labels.errors(read[-1], true))
        self._errors[name] = np.mean(errors, 0)
        found: Values = {ERROR: mean_of([float(each.mean()) for each in errors])}
        if self.labels.kind != "class":
            found[CORRELATION] = over_pictures(correlation, np.mean(read, 0), true)
        if self.labels.kind == "angles":
            found[SEVEN] = float(np.mean([(each <= 7).mean() for each in errors]))
        return found

    def _pupil(self, tests: np.ndarray) -> Values:
        if not all(n in f for n in _PUPIL for f in (self._simulated.factors, self._real.factors)):
            self.unavailable[SHIFT] = "where the pupils are is not known"
            return {}
        # From half the width, and half the height of an eye of this width, to pixels.
        pixels = tests.shape[2] / 2 * np.array([1, 35 / 55])
        apart = (self._pupils(tests) - _pupil_of(self.tests.a)) * pixels
        return {SHIFT: float(np.hypot(*apart.T).mean())}

    @cached_property
    def _pupils(self) -> Reader:
        """Reads where the pupil is, in pictures of either set."""
        both = (self._simulated, self._real)
        images = np.concatenate([side.samples for side in both])
        return Reader(images, np.concatenate([_pupil_of(side) for side in both]), seen=2 * 32_000)

    def _told_from_real(self, images: np.ndarray, tests: np.ndarray) -> Values:
        """A visual Turing test, by a classifier."""
        real, count = self._real.samples, min(len(images), len(self._real.samples))
        learned = np.concatenate([images[:count], real[:count]])
        classes = np.repeat(np.arange(2, dtype=np.int32), count)
        judge = Reader(learned, classes, 2, seen=16_000)
        rates = [(judge(tests) == 0).mean(), (judge(self.tests.b.samples) == 1).mean()]
        return {TURING: float(np.mean(rates))}


def _pupil_of(side: SampleSet) -> np.ndarray:
    """The middle of each pupil, N×2, as `data.worlds.eyes` tells it."""
    return np.stack([side.factors[name] for name in _PUPIL], 1).astype(np.float32)
