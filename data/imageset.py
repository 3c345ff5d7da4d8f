"""The shape in which every data set arrives, and what every source of one can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from data.errors import Refused

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class ImageSet:
    """Pictures and what is known of each."""

    #: uint8, N×H×W×C with C 1 (grey) or 3 (RGB).
    images: np.ndarray
    #: Name -> one value a picture: a world's factors, a labelled set's "label".
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    #: Of a paired set, what each picture is to be made from: uint8, N×H×W×C'.
    inputs: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def samples(self) -> np.ndarray:
        """What a generator is to make the like of: the pictures."""
        return self.images


@dataclass(frozen=True)
class PointSet:
    """Points in the plane and what is known of each."""

    #: float32, N×2.
    points: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def samples(self) -> np.ndarray:
        """What a generator is to make the like of: the points."""
        return self.points


class Source(ABC):
    """A data set that was found but not yet read.

    What is needed to refuse a bad request is known already: `kind`, `channels`, `count`
    (None: endless) and `sizes`.
    """

    name: str
    #: Colour channels of a picture; coordinates of a point.
    channels: int
    count: int | None

    #: "pictures"; "pairs": pictures, each with an input that it is to be made from;
    #: "domains": two sets of pictures that do not correspond, in `domains`; "points".
    kind: str = "pictures"
    #: Where the kind is "domains": name -> a source of pictures.
    domains: dict[str, Source] = {}
    #: What is known of each picture: factor -> the words for its values (None: a number).
    factors: dict[str, tuple[str, ...] | None] = {}
    #: Those of them whose combinations are modes: as good as equally frequent in the data,
    #: and a generator should reach them all.
    modes: tuple[str, ...] = ()

    #: The picture size that suits an endless set best; None: any is as good.
    usual_size: int | None = None

    #: (height, width) of the picture with the shortest shorter side, and of the one with
    #: the longest; None where any size can be drawn.
    sizes: tuple[tuple[int, int], tuple[int, int]] | None = None

    #: Standard deviation of a point's coordinates, where the source gives points.
    spread: float = 1.0

    #: One-line remarks for the user: what was skipped and why.
    remarks: tuple[str, ...] = ()

    @abstractmethod
    def load(self, split: str, size: int, count: int, seed: int) -> ImageSet | PointSet:
        """Read or draw one split.

        Args:
            split: "train", "validation" or "test"; no picture is in two of them.
            size: Pixels a side; pictures are cut to a centred square and resized with
                antialiasing. Points have none.
            count: How many, where the source is endless.
            seed: Which part of an endless source.

        Raises:
            Refused: the source cannot give that split, size or count.
            MachineFault: the disk or the network failed.
        """

    def describe_sizes(self) -> str:
        """The pictures' sizes in words: "28×28" or "from 120×80 to 640×480"."""
        if self.sizes is None:
            return "any size"
        (low_h, low_w), (high_h, high_w) = self.sizes
        if (low_h, low_w) == (high_h, high_w):
            return f"{low_w}×{low_h}"
        return f"from {low_w}×{low_h} to {high_w}×{high_h}"


def split_of(name: str) -> str:
    """Checks a split's name."""
    if name not in SPLITS:
        raise Refused(f"split '{name}': legal are {', '.join(SPLITS)}")
    return name


def hold_out(total: int, split: str) -> np.ndarray:
    """Which of `total` pictures belong to a split, where a set brings no splits of its own.

    Every tenth picture is for testing and the one before it for validation, in the order
    of the set. Below 100 pictures nothing is held out: a handful is all for training.
    """
    split_of(split)
    index = np.arange(total)
    if total < 100:
        return index if split == "train" else index[:0]
    part = {"train": index % 10 < 8, "validation": index % 10 == 8, "test": index % 10 == 9}
    return index[part[split]]
