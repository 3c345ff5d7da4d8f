"""Measures of translations whose right answer is known as one of several."""

from __future__ import annotations

import numpy as np

from common.evaluation.scores import Scores
from common.metrics.reader import Reader, class_overlap, pixel_accuracy, reader_of
from common.metrics.spectrum import fine_power_ratio
from common.translation.entrants import Entrant
from data.labels import nearest
from data.pixels import to_pixels
from data.samples import SampleSet
from data.source import Source

_ALWAYS = {
    "distance": "mean absolute difference from the real picture, of the range of values (0)",
    "fine power": "power in the upper octave of frequencies, over that of real pictures (1)",
}
_OF_LABELS = {
    "labels read": "share of pixels whose label a reader finds again (as `real`)",
    "class IoU": "overlap of what it finds with the label map, mean over labels (as `real`)",
}


def evaluate(
    entrants: dict[str, Entrant],
    tests: SampleSet,
    learned: SampleSet,
    source: Source,
    config,
    seed: int,
) -> Scores:
    """Score translators of pairs, and controls beside them.

    Args:
        tests: Pairs that nobody has learned from, at the training's size.
        learned: What the first of the entrants was trained on.
    """
    reader = reader_of(source, config.image_size)
    measures, facts, unavailable = dict(_ALWAYS), {}, {}
    if not isinstance(reader, str):
        measures |= _OF_LABELS
        measures["labels read"] += f"; of new real ones it reads {reader.accuracy:.1%}"
        facts["reader"] = {
            **{"digest": reader.digest, "labels": len(reader.palette)},
            **{"accuracy": reader.accuracy, "guessing": reader.guess},
        }
    else:
        unavailable = dict.fromkeys(_OF_LABELS, reader)
    made = {name: to_pixels(entrant.there(tests.inputs)) for name, entrant in entrants.items()}
    meanings = {name: entrant.meaning for name, entrant in entrants.items()}
    for name, (meaning, pictures) in _controls(tests, learned, reader).items():
        meanings[name], made[name] = meaning, pictures
    values = {name: _score(pictures, tests, reader) for name, pictures in made.items()}
    return Scores(facts, meanings, measures, values, unavailable)


def _score(pictures: np.ndarray, tests: SampleSet, reader: Reader | str) -> dict[str, float]:
    away = np.abs(pictures.astype(np.float32) - tests.samples).mean() / 255
    values = {
        "distance": float(away),
        "fine power": fine_power_ratio(tests.samples, pictures),
    }
    if not isinstance(reader, str):
        read, wanted = reader.read(pictures), reader.labels(tests.inputs)
        values["labels read"] = pixel_accuracy(read, wanted)
        values["class IoU"] = class_overlap(read, wanted, len(reader.palette))
    return values


def _controls(tests: SampleSet, learned: SampleSet, reader: Reader | str) -> dict:
    found = {
        "real": ("the real pictures: as good as one can be", tests.samples),
        "wrong pairing": (
            "real pictures that belong to other inputs",
            np.roll(tests.samples, 1, 0),
        ),
    }
    if not isinstance(reader, str):
        meaning = "each label in the mean colour that it has in the training pictures"
        found["mean colours"] = (meaning, _mean_colours(tests, learned, reader))
    return found


def _mean_colours(tests: SampleSet, learned: SampleSet, reader: Reader) -> np.ndarray:
    count, channels = len(reader.palette), learned.samples.shape[-1]
    sums, counts = np.zeros((count, channels)), np.zeros((count, 1))
    for picture, given in zip(learned.samples[:500], learned.inputs[:500], strict=True):
        labels = nearest(given, reader.palette).ravel()
        counts[:, 0] += np.bincount(labels, minlength=count)
        for channel in range(channels):
            weights = picture[..., channel].ravel()
            sums[:, channel] += np.bincount(labels, weights, minlength=count)
    colours = np.rint(sums / np.maximum(counts, 1)).astype(np.uint8)
    return colours[reader.labels(tests.inputs)]
