"""Detection of pictures that are unlike the others of their set, by simple statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.samples import SampleSet

#: Deviations from the median above which a picture is an outlier. Of values from one Gaussian
#: fewer than one in a million are as far away; of real pictures, which have heavier tails, a few.
FAR = 5.0
# For a Gaussian, the median distance from the median is that share of a standard deviation.
_OF_A_DEVIATION = 0.6745
# What is alike in more than half of a set has no deviation of its own: grey levels of 255.
_LEAST = 1.0
# Pictures that are looked at at a time.
_AT_ONCE = 500


@dataclass(frozen=True)
class Outlier:
    """A picture that lies far from the others by some measure."""

    index: int
    #: "brightness", "contrast", "colour" or "detail".
    measure: str
    #: How many deviations above the set's median; negative: below.
    deviations: float


def outliers(pictures: SampleSet, far: float = FAR) -> list[Outlier]:
    """Find pictures whose brightness, contrast, colour or detail is far from the set's median.

    Distances are in robust standard deviations (from the median absolute deviation), which the
    outliers themselves do not widen (Iglewicz and Hoaglin 1993). Each picture is named once, by
    the measure in which it is farthest; the farthest one comes first.

    Args:
        pictures: Samples, uint8 N×H×W×C.
        far: Deviations from the median above which a picture is one.
    """
    if len(pictures) < 3:
        return []
    names, values = list(_MEASURES), measured(pictures)
    middle = np.median(values, axis=0)
    spread = np.median(np.abs(values - middle), axis=0) / _OF_A_DEVIATION
    away = (values - middle) / np.maximum(spread, _LEAST)
    worst = np.abs(away).argmax(axis=1)
    found = [
        Outlier(index, names[which], float(away[index, which]))
        for index, which in enumerate(worst)
        if abs(away[index, which]) > far
    ]
    return sorted(found, key=lambda one: -abs(one.deviations))


def measured(pictures: SampleSet) -> np.ndarray:
    """Measure pictures: float64 N×4, brightness, contrast, colour and detail in grey levels."""
    parts = []
    for start in range(0, len(pictures), _AT_ONCE):
        some = np.asarray(pictures.samples[start : start + _AT_ONCE], np.float32)
        parts.append(np.stack([measure(some) for measure in _MEASURES.values()], axis=1))
    return np.concatenate(parts).astype(np.float64)


def _detail(pictures: np.ndarray) -> np.ndarray:
    """Mean difference of neighbouring pixels."""
    grey = pictures.mean(axis=-1)
    across, down = (np.abs(np.diff(grey, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2))
    return (across + down) / 2


_MEASURES = {
    "brightness": lambda pictures: pictures.mean(axis=(1, 2, 3)),
    "contrast": lambda pictures: pictures.mean(axis=-1).std(axis=(1, 2)),
    "colour": lambda pictures: np.ptp(pictures, axis=-1).mean(axis=(1, 2)),
    "detail": _detail,
}
