"""`facades`: fronts of town houses, each with the label map that it is to be made from.

A pair is a label map (one flat colour for each of `CLASSES`, hard-edged) and a lit and
textured picture of the same front. Known: the label map, and as factors what it does *not*
tell: the wall's material and colour, the light, and the colour of the roof. Hidden: all
other colours, curtains and lit rooms, dirt, clouds, frames and mouldings, the shadow of a
house across the street. Plan and style are drawn from separate dice, so the same label map
can be seen in other styles (`in_styles`): a net that minimises L1 alone must answer with
their median, pixel by pixel, a blur of no colour in particular.

What a cheat could exploit: walls and sky cover most of a picture, so a flat mean colour for
each class has a small error already; and style is one draw for a whole picture, so its mean
colours are easily right together. Measure what a segmenter of label maps finds in the picture
and by its fine texture as well.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import facade
from data.drawing.dice import Dice
from data.drawing.labelled import LabelledCanvas
from data.drawing.values import choose, flag
from data.samples import SampleSet
from data.worlds.world import World, scenes

#: What a label map tells apart, and its colour there.
CLASSES = {
    "sky": (120, 190, 250),
    "neighbour": (110, 110, 120),
    "pavement": (60, 60, 60),
    "roof": (170, 70, 50),
    "wall": (235, 215, 170),
    "cornice": (250, 250, 110),
    "window": (40, 70, 170),
    "shutter": (60, 160, 80),
    "door": (130, 60, 150),
    "balcony": (230, 90, 170),
    "shop": (250, 150, 40),
}

WALLS = (
    "white plaster",
    "cream plaster",
    "ochre plaster",
    "pink plaster",
    "green plaster",
    "blue plaster",
    "red brick",
    "brown brick",
    "yellow brick",
    "grey stone",
    "sandstone",
    "limestone",
)
LIGHTS = ("sun from the left", "sun from the right", "overcast", "evening")
ROOFS = ("slate", "tile", "copper")


class Facades(World):
    """Pairs of a label map and a façade; style is independent of the label map."""

    name = "facades"
    kind = "pairs"
    version = 1
    channels = 3
    input_channels = 3
    label_maps = ("inputs",)
    smallest_size = 32
    # Room for pictures of 256 pixels to be cut out of.
    largest_size = 288
    factors = {"wall": WALLS, "light": LIGHTS, "roof": ROOFS}

    def draw_chunk(self, indices, size, seed):
        """Draw a few pairs: `samples` are the façades, `inputs` the label maps in colour."""
        return self._draw(indices, indices, size, seed)

    def in_styles(
        self, index: int, styles: np.ndarray, size: int, seed: int = 0, split: str = "train"
    ) -> SampleSet:
        """One label map in the styles of other pictures.

        Args:
            index: Whose label map.
            styles: N indices, whose styles; `index` itself gives the picture of `draw`.
        """
        plans = scenes(np.full(len(styles), index), split)
        styles = scenes(styles, split)
        parts = [
            self._draw(plans[part], styles[part], size, seed)
            for part in self.chunks(len(styles), size)
        ]
        factors = {name: [part.factors[name] for part in parts] for name in self.factors}
        return SampleSet(
            np.concatenate([part.samples for part in parts]),
            {name: np.concatenate(values) for name, values in factors.items()},
            np.concatenate([part.inputs for part in parts]),
        )

    def _draw(self, plans, styles, size, seed) -> SampleSet:
        canvas = LabelledCanvas(len(plans), size)
        plan = _plan(Dice(seed, plans))
        # Any number that no plan is drawn with makes the styles' dice their own.
        dice = Dice(seed, styles ^ np.uint64(1 << 63))
        known = {
            "wall": dice.integer(0, len(WALLS) - 1),
            "light": dice.integer(0, len(LIGHTS) - 1),
            "roof": dice.integer(0, len(ROOFS) - 1),
        }
        facade.paint(canvas, plan, dice, known)
        palette = np.array(list(CLASSES.values()), np.uint8)
        factors = {name: values[:, 0, 0] for name, values in known.items()}
        return SampleSet(canvas.finish(), factors, palette.take(canvas.labels, axis=0))


def label_map(inputs: np.ndarray) -> np.ndarray:
    """From label maps in colour (uint8 N×H×W×3) to the classes' numbers (uint8 N×H×W).

    Any picture may be given: each pixel counts as the class of the nearest colour.
    """
    palette = np.array(list(CLASSES.values()), np.float32)
    # The squared distance, less what is the same for all classes.
    scores = inputs.astype(np.float32) @ palette.T - 0.5 * (palette**2).sum(1)
    return scores.argmax(-1).astype(np.uint8)


def _plan(dice: Dice) -> SimpleNamespace:
    """All that the plan's dice decide: measures in picture units, (n, 1, 1) each.

    The label map shows them all, but for the awnings.
    """
    p = SimpleNamespace()
    p.ground = dice.uniform(-0.90, -0.80)
    p.half = dice.uniform(0.70, 0.99)
    p.centre = dice.uniform(-1, 1) * (0.99 - p.half)
    p.left = p.centre - p.half
    p.neighbours = dice.uniform(-0.1, 0.95), dice.uniform(-0.1, 0.95)
    upper = dice.integer(2, 4)
    p.upper = upper.astype(np.float32)
    p.first = p.ground + dice.uniform(0.36, 0.44)
    p.floor = choose((0.38, 0.31, 0.27), upper - 2) * dice.uniform(0.92, 1.08)
    p.cornice = dice.uniform(0.05, 0.09)
    # Flat, pitched, with dormers, or none behind a stepped gable.
    p.roof = dice.integer(0, 3)
    # The cornice has room above the windows; a gable has none.
    p.eaves = p.first + p.upper * p.floor + 0.7 * p.cornice * flag(p.roof != 3)
    p.bays = np.round(2 * p.half / dice.uniform(0.36, 0.58))
    p.bay = 2 * p.half / p.bays
    p.tall = p.floor * dice.uniform(0.52, 0.68)
    p.wide = np.minimum(p.bay * dice.uniform(0.38, 0.5), p.tall * dice.uniform(0.7, 0.95))
    p.sill = p.floor * 0.2
    # The head of the windows: straight, slightly arched, or round.
    p.arch = choose((0.0, 0.0, 0.2, 0.5), dice.integer(0, 3)) * p.wide
    p.shutters = dice.chance(0.35)
    # None, here and there, a row of single ones, or one along a whole floor.
    p.balconies = dice.integer(0, 3)
    p.balcony_floor = np.floor(dice.uniform() * p.upper)
    p.balcony_cells = flag(dice.field(4, 8) < 0.45)
    # Ledges: none, above the ground floor, or above every floor.
    p.strings = dice.integer(0, 2)
    p.rise = choose((0.0, 0.2, 0.27, 0.3), p.roof) * dice.uniform(0.85, 1.15)
    p.rise = np.minimum(p.rise, 0.86 - p.eaves)
    p.chimneys = dice.uniform(-0.8, -0.2), dice.uniform(0.2, 0.8)
    p.smokes = dice.chance(0.6), dice.chance(0.6)
    p.dormers = dice.chance(0.7)
    p.door = np.minimum(np.floor(dice.uniform() * p.bays), p.bays - 1)
    p.door_wide = np.minimum(p.bay * 0.6, 0.27)
    p.shop = dice.chance(0.5)
    p.awning = dice.chance(0.5)
    return p


WORLD = Facades()
