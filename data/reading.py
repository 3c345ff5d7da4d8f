"""Options for reading a data set: the flags beside `--data`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layout = Literal["auto", "pictures", "pairs", "domains"]
Direction = Literal["AtoB", "BtoA"]
Fit = Literal["crop", "pad"]
LabelMaps = Literal["auto", "none", "A", "B"]
Pairs = Literal["edges", "grey", "lowres", "mask"]


@dataclass(frozen=True)
class Reading:
    """Options that a data set leaves open."""

    #: What a folder holds; auto: what its sub-folders' names and the pictures' shapes say.
    layout: Layout = "auto"
    #: Which half of pairs is the input: A is the left one, or the one in A/.
    direction: Direction = "AtoB"
    #: How pictures of another shape are brought to the wanted one; see `data.resize.fitted`.
    fit: Fit = "crop"
    #: Which half of pairs holds label maps, resized without mixing their values; auto: one
    #: whose first pictures have 3 to 64 colours each, kept without loss.
    label_maps: LabelMaps = "auto"
    #: How to make inputs from the pictures themselves; see `data.derived`.
    pairs: Pairs | None = None
    #: Whether a folder is refused for a single unusable picture.
    strict: bool = False
    #: Otherwise the largest share of unusable pictures that is tolerated.
    tolerance: float = 0.01


#: The defaults: a data set is read as its layout suggests.
AS_IT_SEEMS = Reading()
