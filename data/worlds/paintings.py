"""`paintings`: made landscapes painted in five manners, and the plain scenes as content.

`paintings` shows all five; `paintings:strokes`, `paintings:dots`, `paintings:facets`,
`paintings:hatching` and `paintings:woodcut` show one each, and `paintings:scenes` what is painted,
before any manner has touched it. No scene is in two of these, so a translator between any two
has no pairs to learn from (`--data paintings:scenes,paintings:strokes`); the true answer, the
same scene in the other manner, can be had from `counterpart`, for evaluation.

Known (returned as factors): the `manner`, where there are several, and of the scene the time of
day, the side of the light, the land, the lake, the building and the trees in front. Hidden:
places, sizes, tints and crops, clouds, and where each mark of the brush falls. A manner is a
matter of texture, palette and edge, and so is every crop of it. Marks have a size relative to
the picture, so that a painting is the same at all sizes.

What a cheat could exploit: a change of palette is a part of each manner, so compare with that;
one picture of a manner, returned for any other, passes for the manner, so ask for the content,
too. Hatching shows no colours, and a translator may hide them in faint noise (Chu et al. 2017), so
perturb the translation before measuring the way back.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from data.drawing.brush import dots, facets, strokes
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.prints import hatching, woodcut
from data.drawing.resampling import blurred, brightness, enlarged
from data.drawing.scenery import FACTORS, paint_scene
from data.errors import Refused
from data.samples import SampleSet
from data.worlds.world import Correspondent, World

#: Manners, in the order of their factor's values.
MANNERS = ("strokes", "dots", "facets", "hatching", "woodcut")
#: What the plain scenes are called, in place of a manner.
SCENES = "scenes"
_PAINT = (strokes, dots, facets, hatching, woodcut)
# Details below this width, in picture units, are lost in a manner.
_FINEST = {"strokes": 0.03, "dots": 0.035, "facets": 0.06, "hatching": 0.03, "woodcut": 0.03}
# For pictures of fewer pixels marks are painted twice as fine, or they would be broken.
_COARSE = 64
# Each world has its own scenes: every eighth.
_PLACES = (*MANNERS, SCENES, "all")
# How the marks fall, and which manner it is, come from sequences of their own.
_MARKS, _CHOICE = 1 << 48, 1 << 49
# A difference of so much of the range makes a pixel wholly unknown.
_UNLIKE = 0.25


class _Drawn(World):
    """What all of these worlds have in common."""

    version = 1
    channels = 3
    smallest_size = 32
    # Room for pictures of 256 pixels to be cut out of.
    largest_size = 288
    usual_size = 64
    # Manners keep many planes at a time.
    chunk_pixels = 96 * 1024


class Manner(_Drawn, Correspondent):
    """Landscapes in one manner, or plain.

    Args:
        manner: One of `MANNERS`, or `SCENES`.
    """

    factors = FACTORS

    def __init__(self, manner: str):
        self.manner, self.name = manner, f"paintings:{manner}"

    def draw_chunk(self, indices, size, seed):
        """Draw a few pictures."""
        own = self.own_numbers(indices)
        canvas, known = _scene(own, size, seed)
        _paint(canvas, own, seed + _MARKS, self.manner)
        return SampleSet(canvas.finish(), known)

    def own_numbers(self, indices):
        """Each of these worlds has scenes of its own."""
        return _numbers(indices, self.manner)

    def draw_counterpart(self, own, size, seed, to):
        """Draw a few scenes in another manner (None: plain).

        What cannot be known is what this manner has lost, and where in the other one it is up to
        chance what is painted.
        """
        other = SCENES if to is None else to.manner
        canvas, _ = _scene(own, size, seed)
        lost = np.abs(canvas.planes - _kept(canvas.planes, self.manner)).max(0)
        again = Canvas(len(own), size)
        again.planes[...] = canvas.planes
        _paint(canvas, own, seed + _MARKS, other)
        # By other dice; what differs little here may differ more under still others.
        _paint(again, own, seed + 3 * _MARKS, other)
        chance = blurred(np.abs(canvas.planes - again.planes).max(0), 0.06)
        unknown = np.clip(np.maximum(lost, chance) / _UNLIKE, 0, 1) * 255 + 0.5
        return canvas.finish(), unknown.astype(np.uint8)


class Paintings(_Drawn):
    """Landscapes in five manners, equally often."""

    name = "paintings"
    factors = {"manner": MANNERS, **FACTORS}
    modes = ("manner",)

    def variant(self, text: str) -> Manner:
        """Return the world of one manner, or of the plain scenes: "dots", "scenes"."""
        if text not in (*MANNERS, SCENES):
            legal = ", ".join(f"paintings:{name}" for name in (*MANNERS, SCENES))
            raise Refused(f"--data paintings:{text}: legal is paintings, or one of {legal}")
        return _of_manner(text)

    def draw_chunk(self, indices, size, seed):
        """Draw a few pictures."""
        own = _numbers(indices, "all")
        manner = Dice(seed + _CHOICE, own).integer(0, len(MANNERS) - 1)[:, 0, 0]
        canvas, known = _scene(own, size, seed)
        for number, name in enumerate(MANNERS):
            (these,) = np.nonzero(manner == number)
            if these.size:
                part = Canvas(len(these), size)
                part.planes[...] = canvas.planes[:, these]
                _paint(part, own[these], seed + _MARKS, name)
                canvas.planes[:, these] = part.planes
        return SampleSet(canvas.finish(), {"manner": manner, **known})


# One and the same each time, so that a set is known not to be its own counterpart.
@cache
def _of_manner(manner: str) -> Manner:
    return Manner(manner)


def _numbers(indices: np.ndarray, place: str) -> np.ndarray:
    return indices * np.uint64(8) + np.uint64(_PLACES.index(place))


def _scene(own: np.ndarray, size: int, seed: int) -> tuple[Canvas, dict[str, np.ndarray]]:
    """A canvas with the scenes, alike whatever is made of them, and their factors."""
    canvas = Canvas(len(own), size)
    known = paint_scene(canvas, Dice(seed, own))
    np.clip(canvas.planes, 0, 1, out=canvas.planes)
    return canvas, {name: values[:, 0, 0] for name, values in known.items()}


def _paint(canvas: Canvas, own: np.ndarray, seed: int, manner: str) -> None:
    """Paint scenes again in a manner."""
    if manner == SCENES:
        return
    paint, dice = _PAINT[MANNERS.index(manner)], Dice(seed, own)
    if canvas.shape[0] < _COARSE:
        fine = Canvas(len(own), 2 * canvas.shape[0])
        fine.planes[...] = enlarged(canvas.planes, 2)
        paint(fine, dice)
        canvas.planes[...] = fine.planes.reshape(*canvas.planes.shape[:3], 2, -1, 2).mean((3, 5))
    else:
        paint(canvas, dice)
    np.clip(canvas.planes, 0, 1, out=canvas.planes)


def _kept(planes: np.ndarray, manner: str) -> np.ndarray:
    """What is left of scenes in a manner."""
    if manner == SCENES:
        return planes
    soft = blurred(planes, _FINEST[manner])
    return brightness(soft)[None] if manner == "hatching" else soft


WORLD = Paintings()
