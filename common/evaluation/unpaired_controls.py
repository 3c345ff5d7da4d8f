"""Controls for measures of translations between two sets: trivial translations, and cheats."""

from __future__ import annotations

import numpy as np

from common.evaluation.candidates import Translation
from data.pixels import to_float
from data.samples import SampleSet, UnpairedSet

#: The columns of the controls.
CONTROLS = ("identity", "colours", "other content", "hidden message")
# How faintly the cheat writes: less than half a step of 8 bits.
_FAINT = 1 / 1000


def controls(
    tests: UnpairedSet, training: UnpairedSet, both: bool = True
) -> dict[str, tuple[str, list[Translation]]]:
    """Create controls by name: a description of each, and its translations A→B and B→A.

    Args:
        tests: The pictures to translate.
        training: The pictures whose colours are learned.
        both: Whether models translate both ways; only then is there a hidden message.
    """
    a, b = tests.a, tests.b
    found = {"identity": ("pictures as they are", [_same, _same])}
    if a.samples.shape[-1] != b.samples.shape[-1]:
        return found
    found["colours"] = (
        "the mean and deviation of each colour channel made those of the other set",
        [_recoloured(training.a, training.b), _recoloured(training.b, training.a)],
    )
    wrong = [np.roll(to_float(side.samples), 1, 0) for side in (b, a)]
    found["other content"] = (
        "real pictures of the other set, of something else",
        [lambda pictures: wrong[0], lambda pictures: wrong[1]],
    )
    if both:
        found["hidden message"] = (
            "the same with the picture itself written faintly into it, to be read on the way back",
            [_HiddenMessage(pictures) for pictures in wrong],
        )
    return found


def _same(pictures: np.ndarray) -> np.ndarray:
    return pictures


def _recoloured(source: SampleSet, target: SampleSet) -> Translation:
    (mean, std), (other_mean, other_std) = (
        (side.mean((0, 1, 2)), side.std((0, 1, 2)))
        for side in (to_float(s.samples[:1000]) for s in (source, target))
    )
    return lambda x: np.clip((x - mean) / std * other_std + other_mean, -1, 1)


class _HiddenMessage:
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
