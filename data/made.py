"""Worlds as sources: a finite part of an endless set, drawn once and cached."""

from __future__ import annotations

import numpy as np

from data import cache, worlds
from data.domains import DomainsSource
from data.errors import Refused
from data.jitter import centred
from data.progress import counted
from data.reading import AS_IT_SEEMS, Reading
from data.resize import height_and_width
from data.samples import SampleSet
from data.source import Source
from data.splits import split_of
from data.voxels import side_of
from data.worlds.mixture import Mixture
from data.worlds.world import Domains, World

_MOST = 10_000_000
_OTHER = {"samples": "inputs", "inputs": "samples"}
# Pictures drawn before they are put into their place.
_AT_ONCE = 500


def open_world(spec: str, reading: Reading = AS_IT_SEEMS) -> Source:
    """Open a world or one of its domains: "houses", "seasons:summer".

    Args:
        reading: `direction` says which half of a world of pairs is the input.

    Raises:
        Refused: the world has no such domain.
    """
    name, _, domain = spec.partition(":")
    world = worlds.get(name)
    domains = world.worlds if isinstance(world, Domains) else {}
    if domain in domains:
        return WorldSource(domains[domain])
    if domain and isinstance(world, World):
        return WorldSource(world.variant(domain))
    if domain or spec.endswith(":"):
        legal = " or ".join(f"{name}:{d}" for d in domains) if domains else name
        raise Refused(f"--data {spec}: legal is {legal}")
    if domains:
        sources = {d: WorldSource(world) for d, world in domains.items()}
        first, second, *others = sources
        return DomainsSource(
            name,
            {d: sources[d] for d in (first, second)},
            others=tuple(sources[d].name for d in others),
        )
    if isinstance(world, Mixture):
        return PointSource(world)
    return WorldSource(world, turned=world.kind == "pairs" and reading.direction == "BtoA")


class WorldSource(Source):
    """Pictures, pairs or voxels drawn by one of `data.worlds`."""

    count = None

    def __init__(self, world: World, turned: bool = False):
        self.world = world
        self.name, self.kind, self.channels = world.name, world.kind, world.channels
        self.factors, self.modes = world.factors, world.modes
        self.input_channels, self.label_maps = world.input_channels, world.label_maps
        self.usual_size, self.split_factors = world.usual_size, world.split_factors
        self.input_size = world.input_size
        #: Whether the two halves of pairs change places (`--direction BtoA`).
        self.turned = turned
        if turned:
            self.channels, self.input_channels = world.input_channels, world.channels
            self.label_maps = tuple(_OTHER[side] for side in world.label_maps)

    def describe_sizes(self) -> str:
        """As `Source.describe_sizes`: the range that can be drawn."""
        return f"any size from {self.world.smallest_size} to {self.world.largest_size}"

    def load(self, split, size, count, seed):
        """As `Source.load`; the samples are those with the indices 0 to count - 1."""
        drawn = self._load(split, size, count, seed)
        if not self.turned:
            return drawn
        return SampleSet(drawn.inputs, drawn.factors, drawn.samples)

    def _load(self, split, size, count, seed) -> SampleSet:
        world = self.world
        split_of(split)
        if solid := self.kind == "voxels":
            size = side_of(size)
        height, width = height_and_width(size)
        # Squares are drawn; of any other shape the middle is taken.
        size = max(height, width)
        if not world.smallest_size <= size <= world.largest_size:
            raise Refused(
                f"{self.name} draws {world.smallest_size} to {world.largest_size} "
                f"{'cells' if solid else 'pixels'} a side, not {size}"
            )
        _check(self.name, "shapes" if solid else "pictures", count, seed)
        key = {"world": world.name, "version": world.version, "split": split, "size": size}
        key |= {"count": count, "seed": seed}
        label = f"{world.name.replace(':', '-')}-{size}"
        if height != width:
            key |= {"height": height, "width": width}
            label = f"{world.name.replace(':', '-')}-{width}x{height}"

        own = (height, width, size)[: 3 if solid else 2]
        shapes = {"samples": (count, *own, world.channels)}
        if world.input_channels is not None:
            shapes["inputs"] = (count, *(world.input_size or own), world.input_channels)

        def fill(rows: dict[str, np.ndarray]) -> SampleSet:
            factors = []
            with counted(f"drawing {world.name} {'×'.join(map(str, own))}", count) as progress:
                for start in range(0, count, _AT_ONCE):
                    some = np.arange(start, min(count, start + _AT_ONCE))
                    drawn = world.draw(some, size, seed, split)
                    for name, array in rows.items():
                        images = getattr(drawn, name)
                        array[some] = images if solid else centred(images, own)
                    factors.append(drawn.factors)
                    progress(some[-1] + 1)
            together = {name: np.concatenate([f[name] for f in factors]) for name in factors[0]}
            return SampleSet(**rows, factors=together)

        return cache.cached(label, key, shapes, fill)


class PointSource(Source):
    """Points in the plane, drawn at each load: reading them from a cache would be slower."""

    kind = "points"
    count = None
    channels = 2

    def __init__(self, world: Mixture):
        self.world = world
        self.name, self.factors, self.std = world.name, world.factors, world.std

    def load(self, split, size, count, seed) -> SampleSet:
        """As `Source.load`; `size` changes nothing."""
        split_of(split)
        _check(self.name, "points", count, seed)
        return self.world.draw(np.arange(count), seed, split)


def _check(name: str, what: str, count: int, seed: int) -> None:
    if not 1 <= count <= _MOST:
        raise Refused(f"{count} {what} of {name}: legal are 1 to {_MOST:,}")
    if not 0 <= seed < 2**32:
        raise Refused(f"seed {seed}: legal is 0 to {2**32 - 1}")
