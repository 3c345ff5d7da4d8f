"""Furniture as voxels: chairs, tables, beds, shelves and lamps, put together from parts.

`furniture` gives the shapes alone; `furniture:views` gives each with a photograph of it, 64 pixels
a side, as the input that it is to be made from, and `furniture:views:128` with a larger one. A
piece is the same at every size and with any view. It stands on the ground (z = 0, the last axis)
in the middle, and its front is towards smaller y.

Known: the `kind`; in words what parts a piece has (of a chair, say, its `legs`, `back` and
`arms`); `width` (x), `depth` (y) and `height` (z) of the box around it, in sides of the grid; and
of a view the camera's `azimuth` (0: before the piece; positive: from its right) and `elevation`, in
radians. Hidden: all further measures, and in views materials, colours, lamp and walls.

What a cheat could exploit: little. To give each kind its mean shape, or the shape whose view looks
most alike, is poor (the figures are in data/README.md). What a view hides, only habit tells: most
pieces are alike on their left and right. So some doubt is left to the best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from data.drawing.carpentry import Lots, extent, put_together
from data.drawing.dice import Dice
from data.drawing.furniture import KINDS, WORDS, build
from data.drawing.solids import Solids, filled
from data.drawing.studio import photographs
from data.errors import Refused
from data.samples import SampleSet
from data.worlds.world import World

# Lots that are drawn for a piece; no piece needs more.
_LOTS = 96
_AZIMUTH, _ELEVATION = 1.2, (0.15, 0.65)
_USUAL, _SMALLEST, _LARGEST = 64, 32, 256


class Furniture(World):
    """Pieces of furniture as voxels, with their views as inputs if asked for.

    Args:
        view: Pixels a side of a view; None: there are none.
    """

    version = 1
    kind = "voxels"
    channels = 1
    smallest_size = 16
    largest_size = 64
    usual_size = 32
    modes = ("kind",)

    def __init__(self, view: int | None = None):
        self.name, self.view = "furniture", view
        self.factors = {"kind": KINDS, **WORDS, "width": None, "depth": None, "height": None}
        if view is not None:
            self.name += ":views" if view == _USUAL else f":views:{view}"
            self.factors |= {"azimuth": None, "elevation": None}
            self.input_channels, self.input_size = 3, (view, view)

    def variant(self, text: str) -> Furniture:
        """Return the world with views: "views", or "views:128" for another size of theirs."""
        asked = re.fullmatch(r"views(?::([0-9]{2,3}))?", text)
        view = int(asked[1] or _USUAL) if asked else 0
        if not _SMALLEST <= view <= _LARGEST:
            raise Refused(
                f"--data furniture:{text}: legal are furniture, furniture:views ({_USUAL} pixels a "
                f"side) and furniture:views:N, N from {_SMALLEST} to {_LARGEST}"
            )
        return Furniture(view)

    def chunks(self, count: int, size: int) -> Iterator[slice]:
        """As `World.chunks`; what counts is the cells, and the pixels of views."""
        pixels = size**2 + (2 * self.view**2 if self.view else 0)
        return self._slices(count, max(1, self.chunk_pixels // pixels))

    def draw_chunk(self, indices, size, seed):
        """Draw a few pieces: bool n×size×size×size×1, and views, uint8 n×view×view×3."""
        pieces, known, dice = design(indices, seed)
        count, inputs = len(indices), None
        if self.view is not None:
            azimuth = dice.uniform(-_AZIMUTH, _AZIMUTH)[:, 0, 0]
            elevation = dice.uniform(*_ELEVATION)[:, 0, 0]
            known |= {"azimuth": azimuth, "elevation": elevation}
            inputs = photographs(pieces, dice, azimuth, elevation, self.view)
        return SampleSet(filled(pieces, count, size)[..., None], known, inputs)


def design(indices: np.ndarray, seed: int) -> tuple[Solids, dict[str, np.ndarray], Dice]:
    """Design pieces; returns their parts, their factors, and the dice for what else is drawn."""
    dice = Dice(seed, indices)
    kinds, lots = dice.integer(0, len(KINDS) - 1)[:, 0, 0], dice.field(1, _LOTS)[:, 0]
    built = [
        build(kind, Lots(row)) for kind, row in zip(kinds.tolist(), lots.tolist(), strict=True)
    ]
    solids = put_together([parts for parts, _ in built])
    known = {"kind": kinds}
    for name in WORDS:
        known[name] = np.array([piece.get(name, 0) for _, piece in built], np.int32)
    low, high = extent(solids, len(built))
    sides = (high - low).astype(np.float32).T
    return solids, known | dict(zip(("width", "depth", "height"), sides, strict=True)), dice


WORLD = Furniture()
