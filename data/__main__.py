"""`python -m data NAME_OR_FOLDER`: describe a data set, and make a contact sheet of it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import data
from data import describe
from data.array_files import ENDINGS
from data.command import read_flags, run_program
from data.contact import TURN, beside, sheet_of, turntable
from data.errors import EnvironmentFailure, Refused
from data.files import resolved
from data.jitter import Jitter
from data.listing import printable
from data.loader import folders_of
from data.progress import waiting
from data.reading import PairedReadingFlags, Reading, Up
from data.samples import SampleSet
from data.sheet import save, save_moving
from data.source import Source
from data.splits import SPLITS
from data.voxels import LARGEST, SMALLEST
from data.words import matching, understood
from data.writing import write

_SEARCHED = 5000
_LARGEST = 4096


@dataclass(kw_only=True)
class Flags(PairedReadingFlags):
    """Say what a data set holds, and make a contact sheet of it."""

    data: tyro.conf.Positional[str]
    """A world (houses), a set (mnist), a domain (seasons:summer), a folder, an .npz or .h5, a
    shape (.obj)."""
    count: int | None = None
    """How many to show; None: 64 pictures or shapes, 5,000 points."""
    size: int | None = None
    """Pixels or voxels a side; None: the data's own (at most 128), or what suits a world."""
    split: str = "train"
    """train, validation or test."""
    split_by: str | None = None
    """A factor of whose values each is in one split alone: label, identity; auto: either."""
    seed: int = 0
    """Which part of an endless set; how pictures are jittered."""
    showing: str | None = None
    """Only samples with these factors, in words: "red tower winter"."""
    duplicates: bool = True
    """Look for pictures that are there twice (every split is read)."""
    outliers: bool = False
    """Look for pictures whose brightness, contrast, colour or detail is far from the others'."""
    write: Annotated[
        Path | None, tyro.conf.arg(help="Write the set there: cleaned, cut, a folder each split.")
    ] = None
    up: Up = "auto"
    """Which axis of shapes points up; auto: y of .binvox and glTF, z of all others."""
    out: Annotated[
        Path | None, tyro.conf.arg(help="The sheet's file: .png; of voxels also .webp, turning.")
    ] = None

    @property
    def reading(self) -> Reading:
        """As `ReadingFlags.reading`, but unusable files are listed instead of refused."""
        return replace(super().reading, tolerance=1.0)


def main() -> int:
    """Describe the data set that the command line names; returns the exit code."""
    return run_program(lambda: _describe(sys.argv[1:]))


def _describe(arguments: list[str]) -> None:
    flags = read_flags(Flags, arguments, program="python -m data")
    _check(flags)
    out = flags.out or Path("contact-sheets") / f"{_plain_name(flags.data)}.png"
    moving = out.suffix.lower() == ".webp"
    if out.suffix.lower() != ".png" and not moving:
        raise Refused(f"--out {out}: legal is a name that ends in .png, or of voxels in .webp")
    source = data.find(flags.data, flags.reading)
    _check_kind(source, flags)
    if moving and source.kind != "voxels":
        raise Refused(f"--out {out}: legal with voxels, which turn; {source.name} gives no such")
    if flags.count is None:
        flags.count = _SEARCHED if source.kind == "points" else 64
    print(f"{source.name}: {describe.headline(source)}")
    parts = list(source.domains.values()) or [source]
    chosen = [_described(part, flags, len(parts)) for part in parts]
    sheets = [sheet_of(some, 1040 // len(parts)) for some in chosen]
    for line in describe.unusable(source):
        print(line)
    for remark in source.remarks:
        print(f"note: {remark}", file=sys.stderr)
    if flags.write is not None:
        for line in write(source, flags.write, _size(source, flags.size)):
            print(line)
    try:
        if moving:
            with waiting("turning the shapes"):
                save_moving(turntable(chosen[0]), out, TURN)
        else:
            save(sheets[0] if len(sheets) == 1 else beside(*sheets), out)
    except OSError as fault:
        raise EnvironmentFailure(f"{out} cannot be written: {fault.strerror or fault}") from fault
    print(f"contact sheet: {out}")


def _check(flags: Flags) -> None:
    if flags.write is not None:
        place = resolved(flags.write.expanduser())
        for folder in folders_of(flags.data):
            if resolved(folder) in (place, *place.parents):
                raise Refused(
                    f"--write {printable(flags.write)} lies inside {printable(folder)}, which is "
                    "read; legal is a folder outside of it"
                )
    if flags.count is not None and not 1 <= flags.count <= _SEARCHED:
        raise Refused(f"--count {flags.count}: legal is 1 to {_SEARCHED}")
    if flags.split not in SPLITS:
        raise Refused(f"--split {flags.split}: legal are {', '.join(SPLITS)}")
    if not 0 <= flags.jitter <= 1:
        raise Refused(f"--jitter {flags.jitter}: legal is 0 to 1")
    if not 0 <= flags.seed < 2**32:
        raise Refused(f"--seed {flags.seed}: legal is 0 to {2**32 - 1}")


def _check_kind(source: Source, flags: Flags) -> None:
    if source.kind == "points" and flags.size is not None:
        raise Refused(f"--size {flags.size}: points have none")
    if source.kind in ("points", "voxels"):
        for name in ("jitter", "flip"):
            if getattr(flags, name):
                raise Refused(f"--{name}: {source.name} gives {source.kind}; legal with pictures")


def _plain_name(spec: str) -> str:
    """A file name made from the spec of a data set."""
    name = printable(os.path.basename(os.path.abspath(os.path.expanduser(spec))))
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name.replace(":", "-") or "data"


def _described(source: Source, flags: Flags, parts: int) -> SampleSet:
    """Print the facts of a source; returns the samples to be shown."""
    samples, words = _chosen(source, flags)
    print(words)
    for line in describe.facts(source, samples):
        print(f"  {line}")
    finite = source.count is not None and source.kind in ("pictures", "pairs")
    if finite and (flags.duplicates or flags.outliers):
        size = _size(source, flags.size)
        sets = {split: source.load(split, size, 1, flags.seed) for split in SPLITS}
        lines = [describe.lengths(sets)]
        if flags.duplicates:
            with waiting("looking for duplicates"):
                lines += describe.copies(source, sets)
        if flags.outliers:
            with waiting("looking for outliers"):
                lines += describe.unlike(source, sets)
        for line in lines:
            print(f"  {line}")
    many = min(max(1, flags.count // parts), len(samples))
    # Evenly over the set: the first files of a folder may all share one class.
    index = np.linspace(0, len(samples) - 1, many).astype(int)
    if flags.jitter or flags.flip:
        rng = np.random.default_rng(flags.seed)
        size = _size(source, flags.size)
        return Jitter(flags.jitter, flags.flip).cut(samples, index, size, rng)
    return samples.take(index)


def _chosen(source: Source, flags: Flags) -> tuple[SampleSet, str]:
    """Load the samples, or those with the factors of `--showing`; and describe the choice."""
    size = _size(source, flags.size)
    if size:
        size = Jitter(flags.jitter).loaded_size(size)
    if flags.showing is not None and not source.factors and source.count is not None:
        # The words of some sets are known only once they are loaded.
        source.load(flags.split, size, 1, flags.seed)
    asked = understood(source.factors, flags.showing) if flags.showing is not None else {}
    count = _SEARCHED if asked else flags.count
    samples = source.load(flags.split, size, count, flags.seed)
    if not len(samples):
        raise Refused(f"{source.name}: the split '{flags.split}' is empty")
    if not asked:
        first = "the first " if source.count is None else ""
        return samples, f"{source.name}, {flags.split}, {first}{len(samples):,}:"
    index = matching(samples.factors, asked)
    if not index.size:
        raise Refused(f"none of {len(samples):,} shows '{flags.showing}'")
    words = f"{index.size:,} of {len(samples):,} show '{flags.showing}'"
    return samples.take(index), f"{source.name}, {flags.split}, {words}:"


def _size(source: Source, size: int | None) -> int:
    if source.kind == "points":
        return 0
    if size is None:
        own = min(source.sizes[0]) if source.sizes else source.usual_size or 64
        return min(own, 128)
    low, high = (SMALLEST, LARGEST) if source.kind == "voxels" else (8, _LARGEST)
    if not low <= size <= high:
        raise Refused(f"--size {size}: legal is {low} to {high}")
    return size


if __name__ == "__main__":
    sys.exit(main())
