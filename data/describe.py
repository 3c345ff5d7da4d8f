"""Descriptions of data sets in words: contents, factors, duplicates and unusable files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from data import duplicates
from data.listing import printable
from data.outliers import FAR, outliers
from data.samples import SampleSet
from data.source import Source
from data.words import told

_LISTED = 20
_MOST_VALUES = 20
_COLOURS = {1: "grey", 3: "colour"}


def headline(source: Source) -> str:
    """The number, kind, size and colour of a source's samples, on one line."""
    count = "endless" if source.count is None else f"{source.count:,}"
    if source.kind == "points":
        return f"{count} points in the plane"
    if source.kind == "voxels":
        shapes = f"{count} shapes of voxels, {source.describe_sizes()}"
        if source.input_size is None:
            return shapes
        height, width = source.input_size
        colour = _COLOURS[source.input_channels]
        return f"{shapes}, each with a view, {width}×{height}, {colour}"
    if source.domains:
        each = [f"{part.count:,} {name}" for name, part in source.domains.items() if part.count]
        count = " and ".join(each) or count
    what = {"pairs": "pairs of pictures", "domains": "pictures in two domains"}
    kind = what.get(source.kind, "pictures")
    return f"{count} {kind}, {source.describe_sizes()}, {_colour(source)}"


def _colour(source: Source) -> str:
    made = _COLOURS[source.channels]
    given = _COLOURS.get(source.input_channels, made)
    return made if given == made else f"{made} from {given}"


def facts(source: Source, samples: SampleSet) -> list[str]:
    """The values of each factor with their frequencies, and the first sample in words."""
    lines = []
    for name, values in samples.factors.items():
        words = source.factors.get(name)
        if words is None and not np.issubdtype(values.dtype, np.integer):
            lines.append(f"{name}: from {np.nanmin(values):.2f} to {np.nanmax(values):.2f}")
            continue
        found, counts = np.unique(values, return_counts=True)
        if len(found) > _MOST_VALUES:
            lines.append(f"{name}: {len(found)} different ones")
            continue
        named = [words[v] if words else str(v) for v in found]
        each = (f"{word} ×{count}" for word, count in zip(named, counts, strict=True))
        lines.append(f"{name}: " + ", ".join(each))
    # One split may have labels, and another none.
    if any(map(source.factors.get, samples.factors)) and samples.kind != "points":
        lines.append(f"the first is: {told(source.factors, samples.factors)[0]}")
    return lines


def lengths(sets: dict[str, SampleSet]) -> str:
    """The splits' lengths, on one line."""
    return "splits: " + ", ".join(f"{split} {len(of):,}" for split, of in sets.items())


def copies(source: Source, sets: dict[str, SampleSet]) -> list[str]:
    """Pictures that are in two splits, or twice in one.

    Args:
        sets: Split -> its pictures.
    """
    lines = []

    def name(split: str, index: int) -> str:
        return source.name_of(split, index, sets[split].left_out)

    for split, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        found = duplicates.between(sets[split], sets[other])
        if found:
            lines.append(f"in {other} and in {split}, too: {len(found):,}")
        lines += _first_of(found, partial(name, other), partial(name, split))
    for split, of in sets.items():
        found = duplicates.within(of)
        if found:
            lines.append(f"in {split} twice: {len(found):,}")
        lines += _first_of(found, partial(name, split), partial(name, split))
    return lines or ["no picture is there twice"]


def unlike(source: Source, sets: dict[str, SampleSet]) -> list[str]:
    """Pictures whose brightness, contrast, colour or detail is far from that of the others.

    Args:
        sets: Split -> its pictures.
    """
    lines = []
    for split, of in sets.items():
        found = outliers(of)
        if found:
            lines.append(f"outliers in {split}, {FAR:g} deviations or more away: {len(found):,}")
        for one in found[:_LISTED]:
            name, side = source.name_of(split, one.index, of.left_out), one.deviations
            words = f"{one.measure} {abs(side):.1f} {'above' if side > 0 else 'below'}"
            lines.append(f"  {name}: {words}")
        if len(found) > _LISTED:
            lines.append(f"  and {len(found) - _LISTED:,} more")
    return lines or ["no picture is far from the others"]


def _first_of(found: list[duplicates.Duplicate], second: Callable, first: Callable) -> list[str]:
    """The names of the first duplicates, and how many more there are."""
    lines = [f"  {second(d.second)} ≈ {first(d.first)}" for d in found[:_LISTED]]
    more = len(found) - len(lines)
    return [*lines, f"  and {more:,} more"] if more else lines


def unusable(source: Source) -> list[str]:
    """Each file that cannot be used, with the reason."""
    lines = [f"  {printable(file)}: {why}" for file, why in source.unusable.items()]
    return [f"cannot be used: {len(lines):,}", *lines] if lines else []
