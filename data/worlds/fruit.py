"""`fruit`: still lifes with apples, with oranges or with bananas, never the same one twice.

Three domains, `fruit:apples`, `fruit:oranges` and `fruit:bananas`, of one family of scenes: one to
five pieces on a table, in a bowl or on a branch. No scene appears in two of them; the true
counterpart, the same scene with another fruit in the same places, can be had from `counterpart`,
for evaluation. `fruit` alone is apples and oranges; any two may be named, with a comma between
them.

Known (returned as factors), and to be seen in all three: the number of pieces, the place, the
ground and the side of the light; its `warmth`, from -1 (cool) to 1; how ripe the fruit is, from 0
(green apples, yellow oranges, green bananas) to 1 (red, deep orange, with brown flecks); `size`,
the radius of a piece as a share of half the picture's width; and where the middle of all pieces is
(`across`, from -1 at the left border to 1). Larger numbers of pieces are smaller ones. Hidden:
arrangement, bowl, branch, colours of ground and wall, how each piece lies and how it is marked.

How a piece lies has a counterpart, too (an apple's stalk is where an orange's button is, and says
how a banana lies). Streaks, pits, flecks and the leaves of apples have none, nor has the ground's
texture where the fruit covered it: `counterpart` marks those places.

What a cheat could exploit: the colour of the fruit tells the domains apart, and to change it alone
looks right from afar, for oranges at least. So compare with the best map of colours: it leaves
dents, stalks and pits where they were, and a banana's shape out of all reach
(`python -m tests.data.fruit_figures`).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.arrangement import scene
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.still_life import draw
from data.drawing.values import ramp
from data.samples import SampleSet
from data.worlds.world import Correspondent, Domains

DOMAINS = ("apples", "oranges", "bananas")

# What is drawn from sequences of its own: how the ground lies, and each fruit's own details.
_SEQUENCE = 1 << 48
_GROUND = len(DOMAINS)
# As many lie between one set of details and another that could as well have been.
_ANOTHER = 8
# Steps of 256 that are lost in details, and those that are not.
_SAME, _OTHER = 12, 60


class Fruit(Correspondent):
    """Still lifes with one kind of fruit."""

    version = 2
    channels = 3
    smallest_size = 16
    largest_size = 256
    usual_size = 64
    # Its planes are seldom touched as a whole.
    chunk_pixels = 256 * 1024
    factors = {
        "number": ("one piece", "two pieces", "three pieces", "four pieces", "five pieces"),
        "place": ("on a table", "in a bowl", "on a branch"),
        "ground": ("wood", "cloth", "stone", "plain"),
        "light": ("light from the left", "light from the right"),
        "warmth": None,
        "ripeness": None,
        "size": None,
        "across": None,
    }

    def __init__(self, domain: str):
        self.domain, self.name = domain, f"fruit:{domain}"

    def draw_chunk(self, indices, size, seed):
        """Draw a few still lifes."""
        images, s, _ = _draw(self.own_numbers(indices), size, seed, self.domain)
        known = {"number": s.number - 1, "place": s.place, "ground": s.ground, "light": s.lit_from}
        known |= {"warmth": s.warmth, "ripeness": s.ripeness, "size": s.size}
        middle = (s.x * s.there).sum(1) / s.number.astype(np.float32)
        return SampleSet(images, {**known, "across": middle})

    def masks(
        self,
        indices: np.ndarray,
        size: int,
        seed: int = 0,
        split: str = "train",
        *,
        of: Fruit | None = None,
    ) -> np.ndarray:
        """Return how much of each pixel shows fruit: uint8 N×size×size from 0 to 255.

        Args:
            of: The world of the fruit that the scenes are drawn with; None: this one.
        """
        fruit = (of or self).domain
        parts = [_draw(own, size, seed, fruit)[2] for own in self.own_chunks(indices, size, split)]
        return np.round(np.concatenate(parts) * 255).astype(np.uint8)

    def draw_counterpart(self, own, size, seed, to):
        """Draw a few still lifes with another fruit (None: apples, or of these oranges).

        What cannot be known is what could as well look otherwise.
        """
        usual = DOMAINS[1] if self.domain == DOMAINS[0] else DOMAINS[0]
        fruit = to.domain if to else usual
        images, _, _ = _draw(own, size, seed, fruit)
        _, _, covered = _draw(own, size, seed, self.domain)
        details, _, _ = _draw(own, size, seed, fruit, details=_ANOTHER)
        ground, _, _ = _draw(own, size, seed, fruit, ground=_ANOTHER)

        def unlike(others):
            away = np.abs(images.astype(np.float32) - others).max(-1)
            return ramp(away, np.float32(_SAME), np.float32(_OTHER))

        unknown = np.maximum(unlike(details), unlike(ground) * covered)
        return images, np.round(unknown * 255).astype(np.uint8)

    def own_numbers(self, indices):
        """Each domain has every third scene."""
        return indices * np.uint64(len(DOMAINS)) + np.uint64(DOMAINS.index(self.domain))


def _draw(
    own: np.ndarray, size: int, seed: int, fruit: str, details: int = 0, ground: int = 0
) -> tuple[np.ndarray, SimpleNamespace, np.ndarray]:
    """Pictures of scenes with a fruit, the scenes, and how much of each pixel is fruit.

    Args:
        details, ground: Which of many sets of details; 0: the scene's own.
    """
    c, s = Canvas(len(own), size), scene(Dice(seed, own))
    hidden = Dice(seed + (1 + DOMAINS.index(fruit) + details) * _SEQUENCE, own)
    mask = draw(c, s, fruit, hidden, Dice(seed + (1 + _GROUND + ground) * _SEQUENCE, own))
    return c.finish(), s, mask


WORLD = Domains("fruit", {domain: Fruit(domain) for domain in DOMAINS})
