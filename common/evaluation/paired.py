"""Measures of translations of pairs, where one right answer of several is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.evaluation import detail
from common.evaluation.candidates import Candidate, translations_of, usable
from common.evaluation.case import Case
from common.evaluation.scores import Scores
from common.metrics.overlap import class_iou, pixel_accuracy
from data.labels import nearest
from data.progress import waiting
from data.samples import SampleSet

if TYPE_CHECKING:
    from common.metrics.segmenter import Segmenter

_ALWAYS = {
    "distance": "mean absolute difference from the real picture, of the range of values (0)",
    "recognised": "share of other real pictures that are farther from a translation than its own "
    "(1; by chance ½)",
}
_OF_LABELS = {
    "labels read": "share of pixels whose label a segmenter finds again (as `real`)",
    "class IoU": "overlap of what it finds with the label map, mean over labels (as `real`)",
}
# Where a label is in none of the test pictures, the published score is lowered by it.
_OF_PRESENT = {"IoU of labels there": "the same, mean over the labels that the tests have"}
#: The columns of this measure's controls.
CONTROLS = ("real", "wrong pairing", "mean colours")


def measure(case: Case) -> Scores:
    """Score a run's translations of pairs' inputs, and controls beside them.

    Raises:
        Refused: there are fewer test pictures than asked for, or a run has no checkpoint yet.
    """
    case.reserve(*CONTROLS)
    tests, candidates = case.tests, {}
    for name, meaning, trainer in case.models():
        translate = translations_of(trainer, case.seed)[0]
        with waiting(f"translating with the model {name}"):
            candidates[name] = Candidate(meaning, usable(translate(tests.inputs), name))
        # Before the next one is built.
        del trainer, translate
    # Only now: this imports TensorFlow.
    from common.metrics.segmenter import segmenter_of

    segmenter = segmenter_of(case.source, case.config.image_size)
    pixels, unavailable = detail.measures(*tests.samples.shape[1:3])
    measures, facts = _ALWAYS | pixels, {"samples": len(tests)}
    if isinstance(segmenter, str):
        unavailable |= dict.fromkeys(_OF_LABELS, segmenter)
        segmenter = None
    else:
        measures |= _OF_LABELS
        if len(np.unique(segmenter.labels(tests.inputs))) < len(segmenter.palette):
            measures |= _OF_PRESENT
        measures["labels read"] += f"; of new real ones it reads {segmenter.accuracy:.1%}"
        facts["segmenter"] = {
            **{"digest": segmenter.info.digest, "labels": len(segmenter.palette)},
            **{"accuracy": segmenter.accuracy, "guessing": segmenter.guessing},
        }
    candidates |= controls(tests, case.loaded, segmenter)
    return Scores(
        facts,
        {name: candidate.meaning for name, candidate in candidates.items()},
        measures,
        {name: score(found.samples, tests, segmenter) for name, found in candidates.items()},
        unavailable,
    )


def score(
    pictures: np.ndarray, tests: SampleSet, segmenter: Segmenter | None = None
) -> dict[str, float]:
    """Score pictures, uint8, that were made from the inputs of `tests`.

    Args:
        segmenter: Finds the labels in pictures; None: labels are not measured.
    """
    away = np.abs(pictures.astype(np.float32) - tests.samples).mean() / 255
    values = {
        "distance": float(away),
        "recognised": recognised(tests.samples, pictures),
    } | detail.score(tests.samples, pictures)
    if segmenter:
        read, wanted = segmenter.segment(pictures), segmenter.labels(tests.inputs)
        values["labels read"] = pixel_accuracy(read, wanted)
        count = len(segmenter.palette)
        values["class IoU"] = class_iou(read, wanted, count)
        if len(np.unique(wanted)) < count:
            values["IoU of labels there"] = class_iou(read, wanted, count, absent=False)
    return values


def recognised(real: np.ndarray, fake: np.ndarray) -> float:
    """Compute how often a translation is nearer to its own real picture than to another one.

    Args:
        real, fake: Pictures uint8 N×H×W×C, those of one index belonging together; N ≥ 2.

    Returns:
        The share of all N·(N − 1) comparisons of mean absolute differences; ties count half.
    """
    real = real.astype(np.float32)
    nearer = 0.0
    for index, picture in enumerate(fake):
        away = np.abs(real - picture).mean((1, 2, 3))
        own, others = away[index], np.delete(away, index)
        nearer += (own < others).mean() + 0.5 * (own == others).mean()
    return float(nearer / len(fake))


def controls(
    tests: SampleSet, training: SampleSet, segmenter: Segmenter | None
) -> dict[str, Candidate]:
    """Create the controls: real pictures, wrong pairs, and each label's mean colour."""
    found = {
        "real": Candidate("the real pictures: as good as one can be", tests.samples),
        "wrong pairing": Candidate(
            "real pictures that belong to other inputs", np.roll(tests.samples, 1, 0)
        ),
    }
    if segmenter:
        meaning = "each label in the mean colour that it has in the training pictures"
        found["mean colours"] = Candidate(meaning, mean_colours(tests, training, segmenter))
    return found


def mean_colours(tests: SampleSet, training: SampleSet, segmenter: Segmenter) -> np.ndarray:
    """Draw the label maps of `tests` in each label's mean colour over 500 training pictures."""
    some = training.take(np.arange(min(500, len(training))))
    count, channels = len(segmenter.palette), some.samples.shape[-1]
    sums, counts = np.zeros((count, channels)), np.zeros((count, 1))
    for picture, given in zip(some.samples, some.inputs, strict=True):
        labels = nearest(given, segmenter.palette).ravel()
        counts[:, 0] += np.bincount(labels, minlength=count)
        for channel in range(channels):
            weights = picture[..., channel].ravel()
            sums[:, channel] += np.bincount(labels, weights, minlength=count)
    colours = np.rint(sums / np.maximum(counts, 1)).astype(np.uint8)
    return colours[segmenter.labels(tests.inputs)]
