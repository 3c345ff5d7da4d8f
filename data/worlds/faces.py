"""Drawn portraits, in which who it is and how they are seen are known apart.

A picture is an **identity** (skull, features, skin, hair: what stays the same of a person) times
an **observation** (pose, light, expression, what is worn, framing). Identities are endless, as
their measures are continuous; those of one split are in no other.

Known: `identity`, and in words or numbers much of what is seen of both. Hidden: all other
measures. A cheat can tell most identities apart by the colours of hair and skin alone, but many
share them; and it finds no help in backdrop, clothes or light, which change with each picture.
"""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.people import moment, person
from data.drawing.portrait import paint
from data.errors import Refused
from data.samples import SampleSet
from data.worlds.world import World

# Identities are drawn from a sequence of their own.
_PEOPLE = 1 << 48
# The bits of a scene's number that tell it from others of its split.
_WITHIN = np.uint64((1 << 40) - 1)
_MOST = 1000


class Faces(World):
    """Portraits with a known identity, pose, light, expression and clothing.

    Args:
        of_each: Pictures of each identity; they follow each other.
    """

    version = 2
    channels = 3
    smallest_size = 16
    largest_size = 256
    usual_size = 64
    factors = {
        "identity": None,
        "gender": ("woman", "man"),
        "age": ("young", "old"),
        "hair": ("black hair", "brown hair", "red hair", "blond hair", "grey hair", "bald"),
        "beard": ("no beard", "beard"),
        "expression": ("frowning", "calm", "smiling"),
        "eyewear": ("no glasses", "glasses", "sunglasses"),
        "hat": ("no hat", "hat"),
        "skin": None,
        "turn": None,
        "tilt": None,
        "light": None,
    }
    modes = ("gender", "expression", "eyewear")
    #: Every split has people of its own.
    split_factors = ("identity",)

    def __init__(self, of_each: int = 4):
        self.name = "faces" if of_each == 4 else f"faces:{of_each}"
        self.of_each = of_each

    def variant(self, text: str) -> Faces:
        """Return the world with another number of pictures of each identity: "10"."""
        if not text.isdecimal() or not 1 <= int(text) <= _MOST:
            raise Refused(
                f"--data faces:{text}: legal is faces, or faces:N with N pictures of each "
                f"identity, 1 to {_MOST:,}"
            )
        return Faces(int(text))

    def draw_chunk(self, indices, size, seed):
        """Draw a few portraits.

        `skin` runs from 0 (pale) to 1 (dark); `turn`, `tilt` and `light` from -1 (left) to 1.
        """
        identity = (indices & ~_WITHIN) + (indices & _WITHIN) // np.uint64(self.of_each)
        canvas = Canvas(len(indices), size)
        p = person(Dice(seed + _PEOPLE, identity))
        m = moment(canvas, Dice(seed, indices), p)
        paint(canvas, p, m)
        known = {"gender": p.gender, "age": p.old, "hair": p.hair, "beard": p.bearded}
        known |= {"expression": m.expression, "eyewear": m.eyewear, "hat": m.hat}
        known |= {"skin": p.tan, "turn": m.turned, "tilt": m.tilted, "light": m.side}
        factors = {name: values[:, 0, 0] for name, values in known.items()}
        return SampleSet(canvas.finish(), {"identity": identity.astype(np.int64), **factors})


WORLD = Faces()
