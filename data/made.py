"""Worlds as sources: a finite, recorded part of an endless set, drawn once and cached."""

from __future__ import annotations

import numpy as np

from data import cache, worlds
from data.errors import Refused
from data.imageset import ImageSet, Source, split_of


class WorldSource(Source):
    """Pictures that one of `data.worlds` draws."""

    count = None

    def __init__(self, name: str):
        self.world = worlds.get(name)
        self.name = name
        self.channels = self.world.channels

    def load(self, split, size, count, seed):
        """As `Source.load`; the pictures are those with the indices 0 to count - 1."""
        world = self.world
        split_of(split)
        if not world.smallest_size <= size <= world.largest_size:
            raise Refused(
                f"{self.name} draws {world.smallest_size} to {world.largest_size} pixels a side, "
                f"not {size}"
            )
        if not 1 <= count <= 10_000_000:
            raise Refused(f"{count} pictures of {self.name}: legal are 1 to 10,000,000")
        key = {"world": world.name, "version": world.version, "split": split, "size": size}
        key |= {"count": count, "seed": seed}
        return cache.remember(
            f"{world.name}-{size}",
            key,
            lambda: ImageSet(*world.draw(np.arange(count), size, seed, split)),
        )
