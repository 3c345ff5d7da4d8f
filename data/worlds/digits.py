"""`digits`: the ten digits in print and in handwriting, light on dark.

Known (returned as factors): the label, the typeface (sixteen that matplotlib brings and two
drawn hands), and the pose: rotation, slant, size, proportion, place and thickness. Hidden:
the tremble of the hand, brightness, stains, grain. All are drawn independently, with labels
and typefaces equally likely. What a cheat could exploit: within one typeface a digit is one
outline, so sixteen stored outlines and an affine map make seven pictures in ten; only the
hands vary in shape. Compare with held-out pictures, and count typefaces as well as labels.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing import glyphs, strokes
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.imageset import ImageSet
from data.worlds.world import World

HANDS = ("plain hand", "school hand")
TYPEFACES = (*glyphs.TYPEFACES, *HANDS)
_DIGITS = "0123456789"

# Each digit is written twice, by two hands: points to pass (x, y), and strokes through them
# by their numbers. A stroke's end that begins another is a corner.
_WRITING = (
    (
        (
            "0 .70|-.33 .50|-.44 0|-.33 -.50|0 -.70|.33 -.50|.44 0|.33 .50",
            "0 1 2 3 4 5 6 7 0",
        ),
        (".06 .70|-.02 -.70", "0 1"),
        (
            "-.40 .38|-.22 .63|.12 .69|.37 .42|.24 .08|-.12 -.32|-.43 -.66|.45 -.66",
            "0 1 2 3 4 5 6, 6 7",
        ),
        (
            "-.38 .50|-.10 .70|.28 .60|.32 .30|-.06 .08|.34 -.10|.42 -.42|.12 -.70|-.24 -.67|-.42 -.46",
            "0 1 2 3 4, 4 5 6 7 8 9",
        ),
        ("-.18 .70|-.42 -.12|.46 -.12|.16 .34|.14 -.70", "0 1, 1 2, 3 4"),
        (
            ".40 .67|-.28 .67|-.34 .10|-.04 .22|.30 .08|.41 -.26|.18 -.63|-.18 -.70|-.42 -.52",
            "0 1, 1 2, 2 3 4 5 6 7 8",
        ),
        (
            ".30 .67|-.06 .48|-.34 .04|-.38 -.36|-.06 -.70|.30 -.56|.37 -.24|.08 .02|-.26 -.12",
            "0 1 2 3 4 5 6 7 8 3",
        ),
        ("-.42 .65|.42 .65|-.10 -.70", "0 1, 1 2"),
        (
            ".30 .50|0 .70|-.30 .50|-.22 .20|.06 .02|.36 -.26|.28 -.58|0 -.70|-.30 -.57|-.36 -.25|-.06 .03|.24 .22",
            "0 1 2 3 4 5 6 7 8 9 10 11 0",
        ),
        (
            ".36 .42|.06 .69|-.30 .52|-.35 .18|-.06 0|.26 .14|.26 -.70",
            "0 1 2 3 4 5 0, 0 6",
        ),
    ),
    (
        (
            ".10 .70|-.28 .55|-.42 .05|-.30 -.52|.02 -.70|.34 -.45|.42 .08|.28 .55|-.02 .60",
            "0 1 2 3 4 5 6 7 8",
        ),
        ("-.32 .34|.06 .70|.04 -.70", "0 1, 1 2"),
        (
            "-.38 .44|-.10 .70|.30 .58|.30 .18|-.02 -.28|-.36 -.66|-.42 -.50|-.22 -.44|.10 -.62|.46 -.58",
            "0 1 2 3 4 5 6 7 8 9",
        ),
        (
            "-.38 .66|.36 .66|-.06 .14|.32 .02|.40 -.36|.12 -.70|-.22 -.68|-.42 -.48",
            "0 1, 1 2, 2 3 4 5 6 7",
        ),
        (".20 .70|-.45 -.24|.45 -.24|.20 -.70", "0 1, 1 2, 0 3"),
        (
            ".36 .70|-.20 .60|-.30 .22|.08 .14|.37 -.14|.30 -.50|-.04 -.70|-.40 -.56",
            "0 1 2 3 4 5 6 7",
        ),
        (
            ".10 .70|-.26 .20|-.36 -.30|-.10 -.69|.28 -.58|.35 -.24|.06 -.06|-.30 -.34",
            "0 1 2 3 4 5 6 7",
        ),
        ("-.42 .52|-.40 .66|.42 .66|-.06 -.70|-.26 .00|.34 .00", "0 1, 1 2, 2 3, 4 5"),
        (
            "0 .70|-.27 .53|-.25 .22|0 .06|.25 .22|.27 .53|-.34 -.14|-.36 -.50|0 -.70|.36 -.50|.34 -.14",
            "0 1 2 3 4 5 0, 3 6 7 8 9 10 3",
        ),
        (
            ".34 .40|.04 .69|-.31 .50|-.33 .20|-.04 .04|.28 .22|.36 -.16|.16 -.58|-.28 -.66",
            "0 1 2 3 4 5 0, 0 6 7 8",
        ),
    ),
)


@lru_cache(maxsize=1)
def _hands() -> tuple[np.ndarray, np.ndarray]:
    """Both hands: control points (20, points, 2) and curves (20, pieces, 2 ends, points)."""
    points, curves = [], []
    for digit in (digit for hand in _WRITING for digit in hand):
        placed = np.array([[float(v) for v in pair.split()] for pair in digit[0].split("|")])
        paths = [[int(v) for v in stroke.split()] for stroke in digit[1].split(",")]
        points.append(placed)
        curves.append(np.concatenate([strokes.curve(len(placed), path, 3) for path in paths]))
    most = max(map(len, points)), max(map(len, curves))
    # A digit with fewer pieces repeats its last one, which changes no distance.
    points = [np.pad(p, ((0, most[0] - len(p)), (0, 0))) for p in points]
    curves = [np.pad(c, ((0, 0), (0, 0), (0, most[0] - c.shape[2]))) for c in curves]
    curves = [np.pad(c, ((0, most[1] - len(c)), (0, 0), (0, 0)), mode="edge") for c in curves]
    return np.stack(points).astype(np.float32), np.stack(curves)


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

    def draw_chunk(self, indices, size, seed):
        """Draw a few digits.

        `rotation` is in radians, counterclockwise; `slant` is how far the top leans to the
        right, in heights; `size` and `proportion` (width to height) multiply the
        typeface's own; `x` and `y` are the middle's place, where the picture's edges are
        -1 and 1; `thickness` runs from -1 (thin) to 1 (fat).
        """
        dice = Dice(seed, indices)
        # A third of the pictures are handwritten: as many as of six or seven typefaces.
        hand = dice.chance(0.3) > 0
        typeface = np.where(
            hand,
            len(glyphs.TYPEFACES) + dice.integer(0, len(HANDS) - 1),
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
        return ImageSet(canvas.finish(), {name: v[:, 0, 0] for name, v in known.items()})


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
    points, curves = _hands()
    tremble = np.stack([dice.field(1, points.shape[1])[:, 0] for _ in range(2)], axis=-1)
    tremble = (tremble - np.float32(0.5)) * 0.16
    thickness = known["thickness"]
    distance = np.empty((len(label), *np.broadcast_shapes(x.shape, y.shape)[1:]), np.float32)

    printed = np.flatnonzero(hand < 0)
    if printed.size:
        table = glyphs.tables(_DIGITS).reshape(-1, *glyphs.tables(_DIGITS).shape[2:])
        which = typeface[printed] * len(_DIGITS) + label[printed]
        distance[printed] = glyphs.look_up(table, which, x[printed], y[printed])
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
