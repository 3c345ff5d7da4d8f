"""Options for reading a data set: the flags beside `--data`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Layout = Literal["auto", "pictures", "classes", "pairs", "domains"]
Direction = Literal["AtoB", "BtoA"]
Fit = Literal["crop", "pad"]
LabelMaps = Literal["auto", "none", "A", "B"]
Pairs = Literal["edges", "grey", "lowres", "mask"]
Splitting = Literal["hash", "place"]
Up = Literal["auto", "y", "z"]


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
    #: Which values become black and white: "full", "auto" or LOW,HIGH; see `data.levels`.
    levels: str = "full"
    #: How to make inputs from the pictures themselves; see `data.derived`.
    pairs: Pairs | None = None
    #: A factor of whose values each lies in one split alone ("identity": test people are not
    #: trained on); "auto": identity or label, whichever there is; None: the data set's own splits,
    #: or each sample by itself.
    split_by: str | None = None
    #: How samples are held out where the set brings no splits; see `data.splits.hold_out`.
    splitting: Splitting = "hash"
    #: Which axis of files with shapes points up; auto: y of .binvox and glTF, z of all others.
    up: Up = "auto"
    #: Whether a folder is refused for a single unusable picture.
    strict: bool = False
    #: Otherwise the largest share of unusable pictures that is tolerated.
    tolerance: float = 0.01


#: The defaults: a data set is read as its layout suggests.
AS_IT_SEEMS = Reading()


@dataclass(kw_only=True)
class ReadingFlags:
    """Flags of every command that reads a data set."""

    layout: Layout = "auto"
    """What a folder holds; auto: what its folders' names and the pictures' shapes say."""
    fit: Fit = "crop"
    """Pictures of another shape: cut to the middle, or padded with white."""
    levels: str = "full"
    """What is black and white: full (all that the depth allows), auto (the set's own), LOW,HIGH."""
    strict: bool = False
    """Refuse a folder for a single picture that cannot be used."""
    jitter: float = 0.0
    """Load pictures larger by this share, and crop at random at every use (Pix2Pix: .117)."""
    flip: bool = False
    """Mirror pictures horizontally, each with probability ½ at every use."""

    @property
    def reading(self) -> Reading:
        """The options of `data.find` among these flags, and among a subclass' own."""
        names = {field.name for field in fields(Reading)} & {f.name for f in fields(self)}
        return Reading(**{name: getattr(self, name) for name in names})


@dataclass(kw_only=True)
class PairedReadingFlags(ReadingFlags):
    """Flags of every command that reads pairs or two domains."""

    direction: Direction = "AtoB"
    """Which half of pairs is the input: A is the left one, or the one in A/."""
    label_maps: LabelMaps = "auto"
    """Which half of pairs holds classes as colours, never to be mixed."""
    pairs: Pairs | None = None
    """Make inputs from the pictures: outlines, brightness, coarse blocks, a hole."""
