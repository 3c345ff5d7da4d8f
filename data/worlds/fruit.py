from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.still_life import draw, scene
from data.samples import SampleSet
from data.worlds.world import Domains, World, scenes

DOMAINS = ("apples", "oranges", "bananas")
NUMBERS = ("one piece", "two pieces", "three pieces", "four pieces", "five pieces")
PLACES = ("on a table", "in a bowl", "on a branch")
GROUNDS = ("wood", "cloth", "stone", "plain")
LIGHTS = ("light from the left", "light from the right")

# The details of each kind of fruit are drawn from a sequence of their own.
_DETAILS = 1 << 48


class Fruit(World):
    """Still lifes with one kind of fruit."""

    version = 1
    channels = 3
    smallest_size = 16
    largest_size = 256
    usual_size = 64
    #: Lists of pixels are worth more calls of numpy: a larger part than elsewhere.
    chunk_pixels = 320 * 1024
    factors = {
        "number": NUMBERS,
        "place": PLACES,
        "ground": GROUNDS,
        "light": LIGHTS,
        "warmth": None,
        "ripeness": None,
        "size": None,
        "across": None,
    }

    def __init__(self, domain: str):
        self.domain, self.name = domain, f"fruit:{domain}"

    def draw_chunk(self, indices, size, seed):
        images, s, _ = self._draw(self._own(indices), size, seed, self.domain)
        known = {"number": s.number - 1, "place": s.place, "ground": s.ground, "light": s.lit_from}
        middle = (s.x * s.there).sum(1) / s.number.astype(np.float32)
        known |= {"warmth": s.warmth, "ripeness": s.ripeness, "size": s.size, "across": middle}
        return SampleSet(images, known)

    def _draw(self, own, size, seed, domain, again=0):
        s, c = scene(Dice(seed, own)), Canvas(len(own), size)
        kind = 1 + DOMAINS.index(domain) + 8 * again
        mask = draw(c, s, domain, Dice(seed + kind * _DETAILS, own), Dice(seed + 9 * _DETAILS, own))
        return c.finish(), s, mask

    def _own(self, indices):
        return indices * np.uint64(len(DOMAINS)) + np.uint64(DOMAINS.index(self.domain))


WORLD = Domains("fruit", {domain: Fruit(domain) for domain in DOMAINS})
