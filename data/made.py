"""Worlds as sources: a finite, recorded part of an endless set, drawn once and cached."""

from __future__ import annotations

import numpy as np

from data import cache, worlds
from data.domains import DomainsSource
from data.errors import Refused
from data.imageset import ImageSet, PointSet, Source, split_of
from data.progress import counted
from data.resize import height_and_width
from data.worlds.mixture import Mixture
from data.worlds.world import Domains, World

_MOST = 10_000_000
# Pictures drawn before they are put into their place.
_AT_ONCE = 500


def open_world(spec: str) -> Source:
    """The source of a world, or of one domain of it: "houses", "seasons:summer".

    Raises:
        Refused: the world has no such domain.
    """
    name, _, domain = spec.partition(":")
    world = worlds.get(name)
    domains = world.worlds if isinstance(world, Domains) else {}
    if domain in domains:
        return WorldSource(domains[domain])
    if domain or spec.endswith(":"):
        legal = " or ".join(f"{name}:{d}" for d in domains) if domains else name
        raise Refused(f"--data {spec}: legal is {legal}")
    if domains:
        return DomainsSource(name, {d: WorldSource(world) for d, world in domains.items()})
    return PointSource(world) if isinstance(world, Mixture) else WorldSource(world)


class WorldSource(Source):
    """Pictures, or pairs of pictures, that one of `data.worlds` draws."""

    count = None

    def __init__(self, world: World):
        self.world = world
        self.name, self.kind, self.channels = world.name, world.kind, world.channels
        self.factors, self.modes = world.factors, world.modes
        self.input_channels, self.label_maps = world.input_channels, world.label_maps
        self.usual_size = world.usual_size

    def describe_sizes(self) -> str:
        """The sizes that can be drawn, in words."""
        return f"any size from {self.world.smallest_size} to {self.world.largest_size}"

    def load(self, split, size, count, seed):
        """As `Source.load`; the pictures are those with the indices 0 to count - 1."""
        world = self.world
        split_of(split)
        height, size = height_and_width(size)
        if height != size:
            raise Refused(f"{self.name} draws squares, not {size}×{height}")
        if not world.smallest_size <= size <= world.largest_size:
            raise Refused(
                f"{self.name} draws {world.smallest_size} to {world.largest_size} pixels a side, "
                f"not {size}"
            )
        _check(self.name, "pictures", count, seed)
        key = {"world": world.name, "version": world.version, "split": split, "size": size}
        key |= {"count": count, "seed": seed}

        shapes = {"images": (count, size, size, self.channels)}
        if self.kind == "pairs":
            shapes["inputs"] = (count, size, size, self.input_channels)

        def fill(rows: dict[str, np.ndarray]) -> ImageSet:
            factors = []
            with counted(f"drawing {world.name} {size}×{size}", count) as progress:
                for start in range(0, count, _AT_ONCE):
                    some = np.arange(start, min(count, start + _AT_ONCE))
                    drawn = world.draw(some, size, seed, split)
                    for name, array in rows.items():
                        array[some] = getattr(drawn, name)
                    factors.append(drawn.factors)
                    progress(some[-1] + 1)
            together = {name: np.concatenate([f[name] for f in factors]) for name in factors[0]}
            return ImageSet(**rows, factors=together)

        return cache.remember(f"{world.name.replace(':', '-')}-{size}", key, shapes, fill)


class PointSource(Source):
    """Points in the plane; quicker drawn than read, so they are not cached."""

    kind = "points"
    count = None
    channels = 2

    def __init__(self, world: Mixture):
        self.world = world
        self.name, self.factors, self.spread = world.name, world.factors, world.spread

    def load(self, split, size, count, seed) -> PointSet:
        """As `Source.load`; `size` changes nothing."""
        split_of(split)
        _check(self.name, "points", count, seed)
        return self.world.draw(np.arange(count), seed, split)


def _check(name: str, what: str, count: int, seed: int) -> None:
    if not 1 <= count <= _MOST:
        raise Refused(f"{count} {what} of {name}: legal are 1 to {_MOST:,}")
    if not 0 <= seed < 2**32:
        raise Refused(f"seed {seed}: legal is 0 to {2**32 - 1}")
