"""The interface of a world: a function from (seed, split, indices) to samples and factors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from data.errors import Refused
from data.samples import SampleSet
from data.splits import SPLITS


def scenes(indices: np.ndarray, split: str) -> np.ndarray:
    """Map the indices of a split to numbers that are disjoint from those of other splits."""
    return np.asarray(indices, np.uint64) + np.uint64(SPLITS.index(split) << 40)


class World(ABC):
    """An endless data set with known factors, drawn from (seed, split, index) alone.

    The same (seed, split, index, size) is the same picture in every process and however
    many are drawn at a time. The splits draw from disjoint ranges of the index, so that
    no scene of one occurs in another.
    """

    name: str
    #: Raised whenever the drawing changes, so that cached pictures are drawn again.
    version: int
    channels: int
    #: The range of sizes that can be drawn, in pixels or voxels a side.
    smallest_size: int
    largest_size: int
    #: The size that suits it best; None: any is as good.
    usual_size: int | None = None
    #: Factor name -> the words for its values (None: a number on a scale).
    factors: dict[str, tuple[str, ...] | None]
    #: Factors with words whose combinations a generator should all reach, equally often.
    modes: tuple[str, ...] = ()
    #: "pictures"; "pairs" where a picture comes with an input that it is made from; "voxels",
    #: which may come with a view.
    kind = "pictures"
    #: Colour channels of an input, where there is one; its (height, width) where it is no pair's;
    #: and which side of pairs holds label maps.
    input_channels: int | None = None
    input_size: tuple[int, int] | None = None
    label_maps: tuple[str, ...] = ()
    #: Factors whose values are in one split alone: "identity".
    split_factors: tuple[str, ...] = ()

    def variant(self, text: str) -> World:
        """Return the variant that `NAME:text` asks for; here, there are none.

        Raises:
            Refused: there is no such variant.
        """
        raise Refused(f"--data {self.name}:{text}: legal is {self.name}")

    def draw(
        self,
        indices: np.ndarray,
        size: int,
        seed: int = 0,
        split: str = "train",
        progress: Callable[[int], None] = lambda drawn: None,
    ) -> SampleSet:
        """Draw the scenes `indices` of a split.

        Args:
            indices: N whole numbers from 0 on, N at least 1.
            size: Pixels or voxels a side.
            seed: Which endless set of all those there are.
            split: One of `SPLITS`.
            progress: Called with the number of pictures drawn so far.

        Returns:
            Pictures, uint8 N×size×size×C, or voxels, bool N×size×size×size×1; their factors,
            one array of N values each; and the inputs, of a world that has some.
        """
        numbers = scenes(indices, split)
        whole, factors = None, {}
        for chunk in self.chunks(len(numbers), size):
            part = self.draw_chunk(numbers[chunk], size, seed)
            if whole is None:
                whole = [_room(part.samples, len(numbers)), _room(part.inputs, len(numbers))]
            for room, pictures in zip(whole, (part.samples, part.inputs), strict=True):
                if room is not None:
                    room[chunk] = pictures
            for name, values in part.factors.items():
                factors.setdefault(name, []).append(values)
            progress(chunk.stop)
        known = {name: np.concatenate(values) for name, values in factors.items()}
        return SampleSet(whole[0], known, whole[1])

    #: A chunk is drawn at a time: small enough that its planes stay in the processor's
    #: cache, large enough that the cost of calling numpy is spread thin.
    chunk_pixels = 192 * 1024

    def chunks(self, count: int, size: int) -> Iterator[slice]:
        """Divide the numbers from 0 to count into parts that are drawn at a time."""
        return self._slices(count, max(1, self.chunk_pixels // size**2))

    @staticmethod
    def _slices(count: int, most: int) -> Iterator[slice]:
        for start in range(0, count, most):
            yield slice(start, min(start + most, count))

    @abstractmethod
    def draw_chunk(self, indices: np.ndarray, size: int, seed: int) -> SampleSet:
        """Draw a few scenes at once; as `draw`, with the split already in the index."""


class Correspondent(World):
    """A world whose scenes have true counterparts in other worlds of its family.

    No scene is in two of these worlds; but what is a scene of one can be drawn as another
    shows it, which an evaluation alone may see.
    """

    @abstractmethod
    def own_numbers(self, indices: np.ndarray) -> np.ndarray:
        """Map numbers that are disjoint between splits to ones that no other world has, too."""

    @abstractmethod
    def draw_counterpart(
        self, own: np.ndarray, size: int, seed: int, to: World | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw a few scenes at once; as `counterpart`, from this world's own numbers."""

    def counterpart(
        self,
        indices: np.ndarray,
        size: int,
        seed: int = 0,
        split: str = "train",
        *,
        to: World | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw the scenes that `draw` shows as another world of the family does.

        Args:
            indices, size, seed, split: As for `draw`.
            to: The other world; None: the usual one, where there is such.

        Returns:
            Pictures, uint8 N×size×size×3, and how much of each pixel cannot be known from
            the picture of `draw`, uint8 N×size×size from 0 to 255 (all of it).
        """
        parts = [
            self.draw_counterpart(own, size, seed, to)
            for own in self.own_chunks(indices, size, split)
        ]
        images, unknown = zip(*parts, strict=True)
        return np.concatenate(images), np.concatenate(unknown)

    def own_chunks(self, indices: np.ndarray, size: int, split: str) -> Iterator[np.ndarray]:
        """Divide scenes, in this world's own numbers, into parts that are drawn at a time."""
        own = self.own_numbers(scenes(indices, split))
        return (own[part] for part in self.chunks(len(own), size))


def _room(example: np.ndarray | None, count: int) -> np.ndarray | None:
    return None if example is None else np.empty((count, *example.shape[1:]), example.dtype)


@dataclass(frozen=True)
class Domains:
    """Two worlds or more that show different scenes of one kind: data that is unpaired.

    Any two of them are a data set; the first two are the one that is called `name`.
    """

    name: str
    worlds: dict[str, World]
