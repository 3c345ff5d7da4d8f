"""`digits`: the ten digits in print and in handwriting, light on dark.

Known (returned as factors): the label, the typeface (sixteen that matplotlib brings and two
drawn hands), and the pose: rotation, slant, size, proportion, place and thickness. Hidden:
the tremble of the hand, brightness, stains, grain. All are drawn independently; labels are
equally likely, and a hand is as likely as 3½ typefaces. What a cheat could exploit: within
one typeface a digit is one outline, so 160 stored outlines, an affine map and a change of
thickness make the shapes of seven pictures in ten; only the hands vary. Compare with
held-out pictures, and count typefaces as well as labels.
"""

from __future__ import annotations

import numpy as np

from data.drawing import glyphs, handwriting, strokes
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.tables import look_up
from data.samples import SampleSet
from data.worlds.world import World

TYPEFACES = (*glyphs.TYPEFACES, *handwriting.HANDS)
_DIGITS = "0123456789"


class Digits(World):
    """Grey digits with known label, typeface and pose."""

    name = "digits"
    version = 1
    channels = 1
    smallest_size = 8
    largest_size = 128
    usual_size = 32
    factors = {
        "label": tuple(_DIGITS),
        "typeface": TYPEFACES,
        "rotation": None,
        "slant": None,
        "size": None,
        "proportion": None,
        "x": None,
        "y": None,
        "thickness": None,
    }
    modes = ("label",)

    def draw_chunk(self, indices, size, seed):
        """Draw a few digits.

        `rotation` is in radians, counterclockwise; `slant` is how far the top leans to the
        right, in heights; `size` and `proportion` (width to height) multiply the
        typeface's own; `x` and `y` are the middle's place, where the picture's edges are
        -1 and 1; `thickness` runs from -1 (thin) to 1 (fat).
        """
        dice = Dice(seed, indices)
        # Three pictures in ten are handwritten, as many as of seven typefaces.
        hand = dice.chance(0.3) > 0
        typeface = np.where(
            hand,
            len(glyphs.TYPEFACES) + dice.integer(0, len(handwriting.HANDS) - 1),
            dice.integer(0, len(glyphs.TYPEFACES) - 1),
        ).astype(np.int32)
        known = {
            "label": dice.integer(0, 9),
            "typeface": typeface,
            "rotation": dice.uniform(-0.22, 0.22),
            "slant": dice.uniform(-0.15, 0.3),
            "size": dice.uniform(0.86, 1.1),
            "proportion": dice.uniform(0.82, 1.15),
            "x": dice.uniform(-0.14, 0.14),
            "y": dice.uniform(-0.12, 0.12),
            "thickness": dice.uniform(-1, 1),
        }
        canvas = Canvas(len(indices), size, channels=1)
        distance = _distance(canvas, dice, known)
        ink = canvas.soft(distance)
        ink *= 1 + 0.16 * clouds(canvas, dice, 4, 4)
        paper = dice.uniform(0.0, 0.08)
        bright = dice.uniform(0.78, 1.0)
        grey = paper + (bright - paper) * ink
        # Grain as of a sensor: finest in the clean pictures, plain to see in others.
        grain = dice.field(size, size)
        grain -= np.float32(0.5)
        grey += grain * dice.uniform(0.0, 0.16)
        canvas.planes[0] = grey
        return SampleSet(canvas.finish(), {name: v[:, 0, 0] for name, v in known.items()})


def _distance(canvas: Canvas, dice: Dice, known: dict) -> np.ndarray:
    """Signed distance of every pixel to the digit's edge, in picture units."""
    # From the picture back to the upright digit.
    cos, sin = np.cos(known["rotation"]), np.sin(known["rotation"])
    across, up = canvas.x - known["x"], canvas.y - known["y"]
    x, y = cos * across + sin * up, cos * up - sin * across
    x = (x - known["slant"] * y) / (known["size"] * known["proportion"])
    y = y / known["size"]

    label, typeface = known["label"][:, 0, 0], known["typeface"][:, 0, 0]
    hand = typeface - len(glyphs.TYPEFACES)
    points, curves = handwriting.written()
    tremble = np.stack([dice.field(1, points.shape[1])[:, 0] for _ in range(2)], axis=-1)
    tremble = (tremble - np.float32(0.5)) * 0.16
    thickness = known["thickness"]
    distance = np.empty((len(label), *np.broadcast_shapes(x.shape, y.shape)[1:]), np.float32)

    printed = np.flatnonzero(hand < 0)
    if printed.size:
        table = glyphs.tables(_DIGITS)
        which = typeface[printed] * len(_DIGITS) + label[printed]
        distance[printed] = look_up(table, which, x[printed], y[printed])
        distance[printed] -= 0.035 * thickness[printed]
    written = np.flatnonzero(hand >= 0)
    if written.size:
        which = hand[written] * len(_DIGITS) + label[written]
        moved = points[which] + tremble[written]
        ends = np.matmul(curves[which].reshape(len(which), -1, moved.shape[1]), moved)
        ends = ends.reshape(len(which), -1, 2, 2)
        distance[written] = strokes.distance(x[written], y[written], ends)
        distance[written] -= 0.095 + 0.04 * thickness[written]
    return distance * known["size"]


WORLD = Digits()
