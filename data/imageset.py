"""The shape in which every data set arrives, and what every source of one can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from data.errors import Refused
from data.resize import Size

if TYPE_CHECKING:
    from data.derived import Derived

SPLITS = ("train", "validation", "test")
#: More different labels than these are no classes.
MOST_CLASSES = 1000
# Of fewer pictures none is held out.
_ENOUGH = 100


@dataclass(frozen=True)
class ImageSet:
    """Pictures and what is known of each."""

    #: uint8, N×H×W×C with C 1 (grey) or 3 (RGB). Where a set is larger than the memory set
    #: aside for it, a `numpy.memmap`: a file that is read where it is indexed.
    images: np.ndarray
    #: Name -> one value a picture: a world's factors, a labelled set's "label".
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    #: Of a paired set, what each picture is to be made from: uint8, N×H×W×C'; or made
    #: from the pictures when it is indexed.
    inputs: np.ndarray | Derived | None = None
    #: What should have been in it and could not be read: file -> reason.
    left_out: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    def take(self, index: np.ndarray) -> ImageSet:
        """Some of them."""
        inputs = None if self.inputs is None else self.inputs[index]
        factors = {name: values[index] for name, values in self.factors.items()}
        return ImageSet(self.images[index], factors, inputs)

    @property
    def samples(self) -> np.ndarray:
        """What a generator is to make the like of: the pictures."""
        return self.images


@dataclass(frozen=True)
class UnpairedSet:
    """Two sets of pictures that do not correspond."""

    a: ImageSet
    b: ImageSet

    def __len__(self) -> int:
        """As many as there are of both."""
        return min(len(self.a), len(self.b))

    def take(self, index: np.ndarray) -> UnpairedSet:
        """Some of both."""
        return UnpairedSet(self.a.take(index), self.b.take(index))


@dataclass(frozen=True)
class PointSet:
    """Points in the plane and what is known of each."""

    #: float32, N×2.
    points: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)

    def take(self, index: np.ndarray) -> PointSet:
        """Some of them."""
        factors = {name: values[index] for name, values in self.factors.items()}
        return PointSet(self.points[index], factors)

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
    #: Of pairs: colour channels of an input.
    input_channels: int | None = None
    count: int | None

    #: "pictures"; "pairs": pictures, each with an input that it is to be made from;
    #: "domains": two sets of pictures that do not correspond, in `domains`; "points"; "meshes".
    kind: str = "pictures"
    #: Where the kind is "domains": name -> a source of pictures.
    domains: dict[str, Source] = {}
    #: What is known of each picture: factor -> the words for its values (None: a number).
    factors: dict[str, tuple[str, ...] | None] = {}
    #: Those of them whose combinations are modes: as good as equally frequent in the data,
    #: and a generator should reach them all.
    modes: tuple[str, ...] = ()

    #: Which of "images" and "inputs" hold classes as colours, never to be mixed.
    label_maps: tuple[str, ...] = ()

    #: The picture size that suits an endless set best; None: any is as good.
    usual_size: int | None = None

    #: (height, width) of the picture with the shortest shorter side, and of the one with
    #: the longest; None where any size can be drawn.
    sizes: tuple[tuple[int, int], tuple[int, int]] | None = None

    #: Standard deviation of a point's coordinates, where the source gives points.
    spread: float = 1.0

    #: One-line remarks for the user: what was skipped and why.
    remarks: tuple[str, ...] = ()
    #: What cannot be used, as far as is known: file -> reason.
    unusable: dict[str, str] = {}

    @abstractmethod
    def load(
        self, split: str, size: Size, count: int, seed: int
    ) -> ImageSet | PointSet | UnpairedSet:
        """Read or draw one split.

        Args:
            split: "train", "validation" or "test"; no picture is in two of them.
            size: Pixels a side, or (height, width); pictures are cut or padded to that
                shape (`data.resize.fitted`). Points have none.
            count: How many, where the source is endless.
            seed: Which part of an endless source.

        Raises:
            Refused: the source cannot give that split, size or count.
            MachineFault: the disk or the network failed.
        """

    def name_of(self, split: str, index: int, left_out: dict[str, str]) -> str:
        """What to call the picture at a place of a loaded split, of which some were left out."""
        return f"number {index} of {split}"

    def describe_sizes(self) -> str:
        """The pictures' sizes in words: "28×28" or "from 120×80 to 640×480"."""
        if self.sizes is None:
            return "any size"
        (low_h, low_w), (high_h, high_w) = self.sizes
        if (low_h, low_w) == (high_h, high_w):
            return f"{low_w}×{low_h}"
        return f"from {low_w}×{low_h} to {high_w}×{high_h}"


def balanced(labels: np.ndarray) -> bool:
    """Whether classes, numbered from 0, are about equally frequent.

    Classes of very different size are none that a generator should make equally often.
    """
    frequent = np.bincount(labels.ravel())
    return bool(max(frequent) < 1.5 * min(frequent))


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
    if total < _ENOUGH:
        return index if split == "train" else index[:0]
    part = {"train": index % 10 < 8, "validation": index % 10 == 8, "test": index % 10 == 9}
    return index[part[split]]


def divided(splits: np.ndarray, split: str) -> np.ndarray:
    """Which pictures belong to a split, where a set may bring splits of its own.

    Where it brings training and one other, the other is for testing, whatever it is called,
    and validation is every tenth of the training pictures; where none, `hold_out` decides.

    Args:
        splits: The split that each picture was found in; "" where in none.
    """
    brought = {str(name) for name in splits} - {""}
    if not brought:
        return hold_out(len(splits), split)
    if {"validation", "test"} <= brought or "train" not in brought:
        return np.flatnonzero(splits == split_of(split))
    training = np.flatnonzero(splits == "train")
    if brought == {"train"}:
        return training[hold_out(len(training), split)]
    if split == "test":
        return np.flatnonzero(splits != "train")
    held = np.zeros(len(training), bool)
    if len(training) >= _ENOUGH:
        held[8::10] = True
    return training[held == (split_of(split) == "validation")]
