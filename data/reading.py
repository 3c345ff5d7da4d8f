"""How a data set is to be read: what the flags beside `--data` say."""

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
    """Choices that a data set leaves open."""

    #: What a folder holds; auto: what its sub-folders' names and the pictures' shapes say.
    layout: Layout = "auto"
    #: Of pairs, which half is the input: A is the left one, or the one in A/.
    direction: Direction = "AtoB"
    #: How pictures of another shape are brought to the wanted one; see `data.resize.fitted`.
    fit: Fit = "crop"
    #: Which half of pairs holds label maps, resized without mixing their values; auto: one
    #: whose first pictures have 3 to 64 colours each, kept without loss.
    label_maps: LabelMaps = "auto"
    #: What to make inputs of, from the pictures themselves: see `data.derived`.
    pairs: Pairs | None = None
    #: Whether a single picture that cannot be used is reason enough to refuse a folder.
    strict: bool = False
    #: The share of such pictures that is passed over otherwise.
    tolerance: float = 0.01


#: Nothing is said: a data set is read as it seems to be meant.
AS_IT_SEEMS = Reading()
