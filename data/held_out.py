"""Splits by a factor: the identities, or classes, of one split do not occur in another."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from data import cache
from data.domains import DomainsSource
from data.errors import Refused
from data.samples import SampleSet
from data.source import Source, WrappedSource
from data.splits import SPLITS, divided_by, split_of

#: In place of a factor: the one that tells who or what a sample shows.
AUTO = "auto"
_CLASSES = ("identity", "label")
# Rows that are copied at a time from a set that is not in memory.
_AT_ONCE = 1000


def held_out_by(source: Source, factor: str) -> Source:
    """Wrap a finite source so that each value of a factor lies in one split alone.

    A source that splits so by itself (`Source.split_factors`) is returned as it is.

    Args:
        source: What was found.
        factor: One of its factors; "auto": identity or label, whichever there is.

    Raises:
        Refused: the source is endless, or has no such factor.
    """
    if source.domains:
        parts = {name: held_out_by(part, factor) for name, part in source.domains.items()}
        return DomainsSource(source.name, parts, source.remarks)
    asked, factor = factor, classes_in(source) if factor == AUTO else factor
    if factor in source.split_factors:
        return source
    if source.count is None and asked == AUTO:
        raise Refused(
            f"--data {source.name}: an endless set, in each of whose splits is every {factor}; "
            "legal is a finite set with classes, or faces"
        )
    if source.count is None:
        own = " or ".join(f"--split-by {name}" for name in source.split_factors)
        legal = own or "none, as its splits never share a scene"
        raise Refused(f"--split-by {factor}: {source.name} is endless; legal is {legal}")
    if source.factors:
        _check(source.name, factor, source.factors)
    return HeldOutSource(source, factor)


def classes_in(source: Source, flag: str = "--split-by") -> str:
    """Return the factor that tells who or what a sample shows: identity or label.

    Args:
        source: What was found.
        flag: The flag that asks for it.

    Raises:
        Refused: there is none.
    """
    for name in _CLASSES:
        if name in source.split_factors or name in source.factors:
            return name
    known = f", or one of {', '.join(source.factors)} ({flag})" if source.factors else ""
    raise Refused(
        f"--data {source.name}: nothing says which pictures show the same; legal is a folder with "
        f"a folder of pictures for each class, or a set with labels{known}"
    )


def _check(name: str, factor: str, known) -> None:
    if factor not in known:
        legal = ", ".join(known) or "none, as nothing is known of its samples"
        raise Refused(f"--split-by {factor}: {name} has no such factor; legal is {legal}")


class HeldOutSource(WrappedSource):
    """A finite source with splits by a factor in place of its own.

    Args:
        source: The source; all of its splits are read.
        factor: One of its factors.
    """

    def __init__(self, source: Source, factor: str):
        super().__init__(source)
        self._factor, self.kind, self.std = factor, source.kind, source.std
        self.input_channels, self.input_size = source.input_channels, source.input_size
        self.split_factors = (factor,)
        # Where each sample of a loaded split comes from.
        self._origins: dict[str, list[tuple[str, int, dict]]] = {}

    @property
    def factors(self) -> dict[str, tuple[str, ...] | None]:
        """As `Source.factors`."""
        return self._source.factors

    @property
    def modes(self) -> tuple[str, ...]:
        """The source's, without the factor: no split has all its values."""
        return tuple(name for name in self._source.modes if name != self._factor)

    @property
    def halves(self) -> bool:
        """As `Source.halves`."""
        return self._source.halves

    @property
    def label_maps(self) -> tuple[str, ...]:
        """As `Source.label_maps`."""
        return self._source.label_maps

    def name_of(self, split, index, left_out):
        """As `Source.name_of`."""
        own, place, missing = self._origins[split][index]
        return self._source.name_of(own, place, missing)

    def load(self, split, size, count, seed):
        """As `Source.load`."""
        split_of(split)
        own = {name: self._source.load(name, size, count, seed) for name in SPLITS}
        values = self._values(own)
        try:
            chosen = divided_by(values, split)
        except Refused as no:
            raise Refused(f"--split-by {self._factor}: {self.name} has {no}") from None
        ends = np.cumsum([len(of) for of in own.values()])
        parts, origins = [], []
        for name, end, of in zip(own, ends, own.values(), strict=True):
            start = end - len(of)
            index = chosen[(chosen >= start) & (chosen < end)] - start
            parts.append((of, index))
            origins += [(name, int(place), of.left_out) for place in index]
        self._origins[split] = origins
        # Inputs that are made of the samples still are.
        return replace(self._joined(split, parts), derive=parts[0][0].derive)

    def _values(self, own: dict[str, SampleSet]) -> np.ndarray:
        sets = [of for of in own.values() if len(of)]
        for of in sets:
            _check(self.name, self._factor, of.factors)
        values = np.concatenate([of.factors[self._factor] for of in sets])
        if values.ndim != 1 or not np.issubdtype(values.dtype, np.integer):
            raise Refused(
                f"--split-by {self._factor}: a number on a scale; legal are classes and identities"
            )
        return values

    def _joined(self, split: str, parts: list[tuple[SampleSet, np.ndarray]]) -> SampleSet:
        """The chosen samples of all parts as one set; through the cache if they are files."""
        arrays = ["samples"] + (["inputs"] if parts[0][0].inputs is not None else [])
        total = sum(len(index) for _, index in parts)
        shapes = {n: (total, *getattr(parts[0][0], n).shape[1:]) for n in arrays}
        factors = {
            name: np.concatenate([of.factors[name][index] for of, index in parts if len(index)])
            for name in next(of for of, _ in parts if len(of)).factors
        }
        left_out = {file: why for of, _ in parts for file, why in of.left_out.items()}

        def fill(rows: dict[str, np.ndarray]) -> SampleSet:
            for name, array in rows.items():
                start = 0
                for of, index in parts:
                    for first in range(0, len(index), _AT_ONCE):
                        some = index[first : first + _AT_ONCE]
                        array[start : start + len(some)] = getattr(of, name)[some]
                        start += len(some)
            return SampleSet(**rows, factors=factors, left_out=left_out)

        files = [getattr(of.samples, "filename", None) for of, _ in parts]
        if not any(files):
            first = parts[0][0]
            return fill({n: np.empty(s, getattr(first, n).dtype) for n, s in shapes.items()})
        told = [_told(of, index) for of, index in parts]
        key = {"split by": self._factor, "split": split, "parts": told, "shapes": shapes}
        label = f"{self.name.replace(':', '-').replace('/', '-')}-by-{self._factor}"
        return cache.cached(label, key | {"version": 2}, shapes, fill)


def _told(of: SampleSet, index: np.ndarray) -> str:
    """A digest of what is taken of a set: other samples, factors or indices have another."""
    arrays = {"index": index} | {f"factor:{name}": each for name, each in of.factors.items()}
    # The name of a file in the cache tells what it holds.
    file = getattr(of.samples, "filename", None)
    if file is None:
        arrays["samples"] = of.samples
        if of.inputs is not None:
            arrays["inputs"] = of.inputs
    found = hashlib.sha256(repr((file, sorted(of.left_out.items()))).encode())
    for name, array in arrays.items():
        found.update(repr((name, array.dtype.str, array.shape)).encode())
        found.update(np.ascontiguousarray(array))
    return found.hexdigest()
