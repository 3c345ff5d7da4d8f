"""The interface of every data set before it is loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.levels import Levels
    from data.resize import Size
    from data.samples import SampleSet, UnpairedSet


class Source(ABC):
    """A data set that was found but not loaded yet.

    What is needed to refuse a bad request is known already: `kind`, `channels`, `count`
    (None: endless) and `sizes`.
    """

    name: str
    #: Colour channels of a picture; coordinates of a point.
    channels: int
    #: Colour channels of an input, where the kind is "pairs" or voxels have views.
    input_channels: int | None = None
    #: (height, width) of an input that has a size of its own: a view of voxels.
    input_size: tuple[int, int] | None = None
    count: int | None

    #: "pictures"; "pairs": pictures, each with an input that it is to be made from;
    #: "domains": two unpaired sets of pictures, in `domains`; "points"; "voxels".
    kind: str = "pictures"
    #: Where the kind is "domains": name -> a source of pictures.
    domains: dict[str, Source] = {}
    #: What is known of each picture: factor -> the words for its values (None: a number).
    factors: dict[str, tuple[str, ...] | None] = {}
    #: Those of them whose combinations are modes: as good as equally frequent in the data,
    #: and a generator should reach them all.
    modes: tuple[str, ...] = ()

    #: Factors of whose values each lies in one split alone, without `--split-by`.
    split_factors: tuple[str, ...] = ()

    #: Which of "samples" and "inputs" hold classes as colours, never to be mixed.
    label_maps: tuple[str, ...] = ()

    #: The values that became 0 and 255, of pictures of more than 8 bits and where `--levels`
    #: says so: "real" and, of pairs and domains, "input" -> levels. Known of loaded pictures.
    levels: dict[str, Levels] = {}
    #: Whether pictures are halves of files: pairs, or two domains, side by side.
    halves: bool = False

    #: The picture size that suits an endless set best; None: any is as good.
    usual_size: int | None = None

    #: (height, width) of the picture with the shortest shorter side, and of the one with
    #: the longest; None where any size can be drawn.
    sizes: tuple[tuple[int, int], tuple[int, int]] | None = None

    #: Standard deviation of a point's coordinates, where the source gives points.
    std: float = 1.0

    #: One-line remarks for the user: what was skipped and why.
    remarks: tuple[str, ...] = ()
    #: What cannot be used, as far as is known: file -> reason.
    unusable: dict[str, str] = {}

    @abstractmethod
    def load(self, split: str, size: Size, count: int, seed: int) -> SampleSet | UnpairedSet:
        """Read or draw one split.

        Args:
            split: "train", "validation" or "test"; no picture is in two of them.
            size: Pixels a side, or (height, width); pictures are cut or padded to that
                shape (`data.resize.fitted`). Cells a side of voxels. Points have none.
            count: How many, where the source is endless.
            seed: Which part of an endless source.

        Raises:
            Refused: the source cannot give that split, size or count.
            EnvironmentFailure: the disk or the network failed.
        """

    def name_of(self, split: str, index: int, left_out: dict[str, str]) -> str:
        """A name for the sample at an index of a loaded split.

        Args:
            left_out: `SampleSet.left_out` of that split, as files that could not be read
                shift the others.
        """
        return f"number {index} of {split}"

    def describe_sizes(self) -> str:
        """The range of sizes in words: "28×28" or "from 120×80 to 640×480"."""
        if self.sizes is None:
            return "any size"
        (low_h, low_w), (high_h, high_w) = self.sizes
        if self.kind == "voxels":
            return f"{low_w}×{low_w}×{low_w}"
        if (low_h, low_w) == (high_h, high_w):
            return f"{low_w}×{low_h}"
        return f"from {low_w}×{low_h} to {high_w}×{high_h}"


class WrappedSource(Source):
    """Another source whose samples arrive otherwise; what is said of them is the other's.

    Args:
        source: The other one.
    """

    def __init__(self, source: Source):
        self._source = source
        self.name, self.channels, self.count = source.name, source.channels, source.count
        self.sizes, self.usual_size = source.sizes, source.usual_size

    @property
    def remarks(self) -> tuple[str, ...]:
        """As `Source.remarks`."""
        return self._source.remarks

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`."""
        return self._source.unusable

    @property
    def levels(self) -> dict[str, Levels]:
        """As `Source.levels`."""
        return self._source.levels

    def describe_sizes(self) -> str:
        """As `Source.describe_sizes`."""
        return self._source.describe_sizes()

    def name_of(self, split, index, left_out):
        """As `Source.name_of`."""
        return self._source.name_of(split, index, left_out)
