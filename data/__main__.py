"""`python -m data NAME_OR_FOLDER`: what is there, and a contact sheet of it."""

from __future__ import annotations

import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import data
from data.command import read_flags, run_program
from data.contact import beside, sheet_of
from data.errors import MachineFault, Refused
from data.imageset import SPLITS, ImageSet, PointSet, Source
from data.sheet import save
from data.words import matching, told, understood

_SEARCHED = 5000


@dataclass
class Flags:
    """Say what a data set holds, and make a contact sheet of it."""

    data: tyro.conf.Positional[str]
    """A world (houses), a domain of one (seasons:summer), a set (mnist), a folder, an .npz."""
    count: int | None = None
    """How many to show; None: 64 pictures, 5,000 points."""
    size: int | None = None
    """Pixels a side; None: the pictures' own (at most 128), or what suits a world."""
    split: str = "train"
    """train, validation or test."""
    seed: int = 0
    """Which part of an endless set."""
    showing: str | None = None
    """Only pictures with these factors, in words: "red tower winter"."""
    out: Annotated[Path | None, tyro.conf.arg(help="The sheet's file (PNG).")] = None


def main() -> int:
    """Describe what the command line names; returns the exit code."""
    return run_program(lambda: _describe(sys.argv[1:]))


def _describe(arguments: list[str]) -> None:
    flags = read_flags(Flags, arguments, program="python -m data")
    if flags.count is not None and not 1 <= flags.count <= _SEARCHED:
        raise Refused(f"--count {flags.count}: legal is 1 to {_SEARCHED}")
    if flags.split not in SPLITS:
        raise Refused(f"--split {flags.split}: legal are {', '.join(SPLITS)}")
    out = flags.out or Path("contact-sheets") / f"{_plain_name(flags.data)}.png"
    if out.suffix.lower() != ".png":
        raise Refused(f"--out {out}: legal is a name that ends in .png")
    source = data.find(flags.data)
    if flags.count is None:
        flags.count = _SEARCHED if source.kind == "points" else 64
    if source.kind == "points" and flags.size is not None:
        raise Refused(f"--size {flags.size}: points have none")
    print(f"{source.name}: {_headline(source)}")
    parts = list(source.domains.values()) or [source]
    sheets = []
    for part in parts:
        pictures, words = _chosen(part, flags)
        print(words)
        for line in _facts(part, pictures):
            print(f"  {line}")
        for remark in part.remarks:
            print(f"note: {remark}", file=sys.stderr)
        shown = max(1, flags.count // len(parts))
        shown = _first(pictures, np.arange(min(shown, len(pictures))))
        sheets.append(sheet_of(shown, 1040 // len(parts)))
    try:
        save(sheets[0] if len(sheets) == 1 else beside(*sheets), out)
    except OSError as fault:
        raise MachineFault(f"{out} cannot be written: {fault.strerror or fault}") from fault
    print(f"contact sheet: {out}")


def _plain_name(spec: str) -> str:
    """A name for a file, from whatever was given after the command."""
    name = os.path.basename(os.path.abspath(os.path.expanduser(spec)))
    return name.removesuffix(".npz").replace(":", "-") or "data"


def _headline(source: Source) -> str:
    count = "endless" if source.count is None else f"{source.count:,}"
    if source.kind == "points":
        return f"{count} points in the plane"
    what = {"pairs": "pairs of pictures", "domains": "pictures in two domains"}
    kind = what.get(source.kind, "pictures")
    colour = "grey" if source.channels == 1 else "colour"
    return f"{count} {kind}, {source.describe_sizes()}, {colour}"


def _chosen(source: Source, flags: Flags) -> tuple[ImageSet | PointSet, str]:
    """All that is loaded, or what has the factors asked for; and in words what that is."""
    asked = understood(source.factors, flags.showing) if flags.showing is not None else {}
    count = _SEARCHED if asked else flags.count
    pictures = source.load(flags.split, _size(source, flags.size), count, flags.seed)
    if not len(pictures):
        raise Refused(f"{source.name}: the split '{flags.split}' is empty")
    if not asked:
        first = "the first " if source.count is None else ""
        return pictures, f"{source.name}, {flags.split}, {first}{len(pictures):,}:"
    index = matching(pictures.factors, asked)
    if not index.size:
        raise Refused(f"none of {len(pictures):,} shows '{flags.showing}'")
    words = f"{index.size:,} of {len(pictures):,} show '{flags.showing}'"
    return _first(pictures, index), f"{source.name}, {flags.split}, {words}:"


def _size(source: Source, size: int | None) -> int:
    if source.kind == "points":
        return 0
    if size is None:
        own = min(source.sizes[0]) if source.sizes else source.usual_size or 64
        return min(own, 128)
    if size < 8:
        raise Refused(f"--size {size}: legal is 8 or more")
    return size


def _first(pictures: ImageSet | PointSet, index: np.ndarray) -> ImageSet | PointSet:
    """Some of a set."""
    parts = {
        field.name: getattr(pictures, field.name)[index]
        for field in dataclasses.fields(pictures)
        if isinstance(getattr(pictures, field.name), np.ndarray)
    }
    return type(pictures)(
        **parts, factors={name: values[index] for name, values in pictures.factors.items()}
    )


def _facts(source: Source, pictures: ImageSet | PointSet) -> list[str]:
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
    if source.factors and isinstance(pictures, ImageSet):
        lines.append(f"the first is: {told(source.factors, pictures.factors)[0]}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
