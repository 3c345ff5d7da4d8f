"""`python -m data NAME_OR_FOLDER`: what is there, and a contact sheet of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from PIL import Image

import data
from data import duplicates, meshes
from data.command import read_flags, run_program
from data.contact import beside, sheet_of
from data.errors import EnvironmentFailure, Refused
from data.jitter import Jitter
from data.listing import printable
from data.meshes import MeshSource
from data.reading import Direction, Fit, LabelMaps, Layout, Pairs, Reading
from data.samples import SampleSet
from data.sheet import save
from data.source import Source
from data.splits import SPLITS
from data.words import matching, told, understood
from data.writing import write

_SEARCHED = 5000
_LISTED = 20
_SHAPES = 16
_LARGEST = 4096


@dataclass
class Flags:
    """Say what a data set holds, and make a contact sheet of it."""

    data: tyro.conf.Positional[str]
    """A world (houses), a set (mnist), a domain (seasons:summer), a folder, an .npz or .h5."""
    count: int | None = None
    """How many to show; None: 64 pictures, 5,000 points."""
    size: int | None = None
    """Pixels a side; None: the pictures' own (at most 128), or what suits a world."""
    split: str = "train"
    """train, validation or test."""
    seed: int = 0
    """Which part of an endless set; how pictures are jittered."""
    showing: str | None = None
    """Only pictures with these factors, in words: "red tower winter"."""
    layout: Layout = "auto"
    """What a folder holds; auto: what its folders' names and the pictures' shapes say."""
    direction: Direction = "AtoB"
    """Of pairs, which half is the input: A is the left one, or the one in A/."""
    fit: Fit = "crop"
    """Pictures of another shape: cut to the middle, or padded with white."""
    label_maps: LabelMaps = "auto"
    """Which half of pairs holds classes as colours, never to be mixed."""
    pairs: Pairs | None = None
    """Make inputs from the pictures: outlines, brightness, coarse blocks, a hole."""
    jitter: float = 0.0
    """Load pictures larger by this share, and cut them out at random."""
    flip: bool = False
    """Mirror pictures, each with a chance of ½."""
    strict: bool = False
    """Refuse a folder for a single picture that cannot be used."""
    duplicates: bool = True
    """Look for pictures that are there twice (every split is read)."""
    write: Annotated[
        Path | None, tyro.conf.arg(help="Write the set there: cleaned, cut, a folder each split.")
    ] = None
    out: Annotated[Path | None, tyro.conf.arg(help="The sheet's file (PNG).")] = None

    @property
    def reading(self) -> Reading:
        """How the set is to be read; all that is broken is named, and nothing is refused."""
        choices = (self.layout, self.direction, self.fit, self.label_maps, self.pairs)
        return Reading(*choices, self.strict, tolerance=1.0)


def main() -> int:
    """Describe what the command line names; returns the exit code."""
    return run_program(lambda: _describe(sys.argv[1:]))


def _describe(arguments: list[str]) -> None:
    flags = read_flags(Flags, arguments, program="python -m data")
    _check(flags)
    out = flags.out or Path("contact-sheets") / f"{_plain_name(flags.data)}.png"
    if out.suffix.lower() != ".png":
        raise Refused(f"--out {out}: legal is a name that ends in .png")
    source = data.find(flags.data, flags.reading)
    if flags.count is None:
        flags.count = _SEARCHED if source.kind == "points" else 64
    if source.kind == "points" and flags.size is not None:
        raise Refused(f"--size {flags.size}: points have none")
    print(f"{source.name}: {_headline(source)}")
    if isinstance(source, MeshSource):
        sheet = _described_shapes(source, flags)
    else:
        parts = list(source.domains.values()) or [source]
        sheets = [_described(part, flags, len(parts)) for part in parts]
        sheet = sheets[0] if len(sheets) == 1 else beside(*sheets)
    for line in _broken(source):
        print(line)
    for remark in source.remarks:
        print(f"note: {remark}", file=sys.stderr)
    if flags.write is not None:
        for line in write(source, flags.write, _size(source, flags.size)):
            print(line)
    try:
        save(sheet, out)
    except OSError as fault:
        raise EnvironmentFailure(f"{out} cannot be written: {fault.strerror or fault}") from fault
    print(f"contact sheet: {out}")


def _check(flags: Flags) -> None:
    if flags.count is not None and not 1 <= flags.count <= _SEARCHED:
        raise Refused(f"--count {flags.count}: legal is 1 to {_SEARCHED}")
    if flags.split not in SPLITS:
        raise Refused(f"--split {flags.split}: legal are {', '.join(SPLITS)}")
    if not 0 <= flags.jitter <= 1:
        raise Refused(f"--jitter {flags.jitter}: legal is 0 to 1")
    if not 0 <= flags.seed < 2**32:
        raise Refused(f"--seed {flags.seed}: legal is 0 to {2**32 - 1}")


def _plain_name(spec: str) -> str:
    """A name for a file, from whatever was given after the command."""
    name = printable(os.path.basename(os.path.abspath(os.path.expanduser(spec))))
    for ending in (".npz", ".h5", ".hdf5"):
        name = name.removesuffix(ending)
    return name.replace(":", "-") or "data"


def _headline(source: Source) -> str:
    count = "endless" if source.count is None else f"{source.count:,}"
    if source.kind == "points":
        return f"{count} points in the plane"
    if source.kind == "meshes":
        return f"{count} shapes for training"
    if source.domains:
        each = [f"{part.count:,} {name}" for name, part in source.domains.items() if part.count]
        count = " and ".join(each) or count
    what = {"pairs": "pairs of pictures", "domains": "pictures in two domains"}
    kind = what.get(source.kind, "pictures")
    return f"{count} {kind}, {source.describe_sizes()}, {_colour(source)}"


def _colour(source: Source) -> str:
    words = {1: "grey", 3: "colour"}
    made = words[source.channels]
    given = words.get(source.input_channels, made)
    return made if given == made else f"{made} from {given}"


def _described(source: Source, flags: Flags, parts: int) -> Image.Image:
    """Print what is known of a source, and make its sheet."""
    pictures, words = _chosen(source, flags)
    print(words)
    for line in _facts(source, pictures):
        print(f"  {line}")
    if flags.duplicates and source.count is not None and source.kind != "points":
        for line in _twice(source, _size(source, flags.size), flags.seed):
            print(f"  {line}")
    many = min(max(1, flags.count // parts), len(pictures))
    # Of a folder not the first, which may all be of one kind, but some from everywhere.
    index = np.linspace(0, len(pictures) - 1, many).astype(int)
    if isinstance(pictures, SampleSet) and (flags.jitter or flags.flip):
        dice = np.random.default_rng(flags.seed)
        size = _size(source, flags.size)
        seen = Jitter(flags.jitter, flags.flip).cut(pictures, index, size, dice)
    else:
        seen = pictures.take(index)
    return sheet_of(seen, 1040 // parts)


def _described_shapes(source: MeshSource, flags: Flags) -> Image.Image:
    files, labels = source.files(flags.split)
    print(f"{source.name}, {flags.split}, {len(files):,}:")
    counts = np.bincount(labels, minlength=len(source.factors["label"]))
    each = zip(source.factors["label"], counts, strict=True)
    print("  label: " + ", ".join(f"{word} ×{count}" for word, count in each))
    # Some of every class.
    some = np.linspace(0, len(files) - 1, min(flags.count, _SHAPES, len(files))).astype(int)
    return meshes.sheet([meshes.read_off(files[i]) for i in some])


def _chosen(source: Source, flags: Flags) -> tuple[SampleSet, str]:
    """All that is loaded, or what has the factors asked for; and in words what that is."""
    size = _size(source, flags.size)
    if size:
        size = Jitter(flags.jitter).loaded_size(size)
    if flags.showing is not None and not source.factors and source.count is not None:
        # Of some sets the words are known only when they are there.
        source.load(flags.split, size, 1, flags.seed)
    asked = understood(source.factors, flags.showing) if flags.showing is not None else {}
    count = _SEARCHED if asked else flags.count
    pictures = source.load(flags.split, size, count, flags.seed)
    if not len(pictures):
        raise Refused(f"{source.name}: the split '{flags.split}' is empty")
    if not asked:
        first = "the first " if source.count is None else ""
        return pictures, f"{source.name}, {flags.split}, {first}{len(pictures):,}:"
    index = matching(pictures.factors, asked)
    if not index.size:
        raise Refused(f"none of {len(pictures):,} shows '{flags.showing}'")
    words = f"{index.size:,} of {len(pictures):,} show '{flags.showing}'"
    return pictures.take(index), f"{source.name}, {flags.split}, {words}:"


def _size(source: Source, size: int | None) -> int:
    if source.kind == "points":
        return 0
    if size is None:
        own = min(source.sizes[0]) if source.sizes else source.usual_size or 64
        return min(own, 128)
    if not 8 <= size <= _LARGEST:
        raise Refused(f"--size {size}: legal is 8 to {_LARGEST}")
    return size


def _facts(source: Source, pictures: SampleSet) -> list[str]:
    """What is known of the pictures that were loaded, and the first few in words."""
    lines = []
    for name, values in pictures.factors.items():
        words = source.factors.get(name)
        if words is None and not np.issubdtype(values.dtype, np.integer):
            lines.append(f"{name}: from {values.min():.2f} to {values.max():.2f}")
            continue
        found, counts = np.unique(values, return_counts=True)
        if len(found) > 20:
            lines.append(f"{name}: {len(found)} different ones")
            continue
        named = [words[v] if words else str(v) for v in found]
        each = (f"{word} ×{count}" for word, count in zip(named, counts, strict=True))
        lines.append(f"{name}: " + ", ".join(each))
    if source.factors and pictures.kind != "points":
        lines.append(f"the first is: {told(source.factors, pictures.factors)[0]}")
    return lines


def _twice(source: Source, size: int, seed: int) -> list[str]:
    """The splits' lengths, and what is in two of them, or twice in one."""
    sets = {split: source.load(split, size, 1, seed) for split in SPLITS}
    lines = ["splits: " + ", ".join(f"{split} {len(of):,}" for split, of in sets.items())]

    def name(split: str, index: int) -> str:
        return source.name_of(split, index, sets[split].left_out)

    for split, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        found = duplicates.between(sets[split], sets[other])
        if found:
            lines.append(f"in {other} and in {split}, too: {len(found):,}")
        lines += _cut_short(
            [(d.second, d.first) for d in found], partial(name, other), partial(name, split)
        )
    for split, of in sets.items():
        found = duplicates.within(of)
        if found:
            lines.append(f"in {split} twice: {len(found):,}")
        called = partial(name, split)
        lines += _cut_short([(d.second, d.first) for d in found], called, called)
    return lines if len(lines) > 1 else [*lines, "no picture is there twice"]


def _broken(source: Source) -> list[str]:
    """Each picture that cannot be used, with the reason."""
    lines = [f"  {printable(file)}: {why}" for file, why in source.unusable.items()]
    return [f"cannot be used: {len(lines):,}", *lines] if lines else []


def _cut_short(found: list[tuple], one: Callable, other: Callable) -> list[str]:
    """The names of the first that were found; to tell all of many would take long, too."""
    lines = [f"  {one(here)} ≈ {other(there)}" for here, there in found[:_LISTED]]
    more = len(found) - len(lines)
    return [*lines, f"  and {more:,} more"] if more else lines


if __name__ == "__main__":
    sys.exit(main())
