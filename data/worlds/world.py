"""What every world is: a function from (seed, split, indices) to pictures and their factors."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

SPLITS = ("train", "validation", "test")

# A chunk is drawn at a time: small enough that its planes stay in the processor's
# cache, large enough that the cost of calling numpy is spread thin.
_CHUNK_PIXELS = 128 * 1024


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
    #: The range of sizes that can be drawn, in pixels a side.
    smallest_size: int
    largest_size: int
    #: Factor name -> the words for its values (None: a number on a scale).
    factors: dict[str, tuple[str, ...] | None]

    def draw(
        self, indices: np.ndarray, size: int, seed: int = 0, split: str = "train"
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Draw the scenes `indices` of a split.

        Returns:
            Pictures, uint8 N×size×size×C, and the factors, one array of N values each.
        """
        offset = SPLITS.index(split) << 40
        indices = np.asarray(indices, dtype=np.uint64) + np.uint64(offset)
        images = np.empty((len(indices), size, size, self.channels), np.uint8)
        factors: dict[str, list[np.ndarray]] = {}
        chunk = max(1, _CHUNK_PIXELS // size**2)
        for start in range(0, len(indices), chunk):
            part = indices[start : start + chunk]
            images[start : start + chunk], known = self.draw_chunk(part, size, seed)
            for name, values in known.items():
                factors.setdefault(name, []).append(values)
        return images, {name: np.concatenate(values) for name, values in factors.items()}

    @abstractmethod
    def draw_chunk(
        self, indices: np.ndarray, size: int, seed: int
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Draw a few scenes at once; as `draw`, with the split already in the index."""
