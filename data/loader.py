"""Resolution of a `--data` argument to a source."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path

from data import named, worlds
from data.array_files import ENDINGS, open_arrays
from data.derived import DerivedPairs
from data.domains import DomainsSource
from data.errors import Refused
from data.folders import open_folder
from data.held_out import held_out_by
from data.homes import missing_part
from data.levels import understood
from data.listing import picture_files, printable
from data.made import open_world
from data.reading import AS_IT_SEEMS, Reading
from data.shape_files import GRIDS, MESHES
from data.shapes import holds_shapes, is_one_shape, open_shapes
from data.source import Source
from data.tensorflow_sets import PREFIX, open_by_name


def find(spec: str, reading: Reading = AS_IT_SEEMS) -> Source:
    """Find the source that `spec` names: a world, a real set, a folder or a file of arrays.

    One domain of an unpaired set is named as in "seasons:summer", and two domains from
    two places as in "summer/,winter/".

    A name wins over a folder of the same name; write `./houses` for the folder.

    Args:
        reading: What `spec` leaves open.

    Raises:
        Refused: there is no such thing, or it cannot be used; says what would be legal.
        EnvironmentFailure: "tfds:" sets, of which nothing is known before, cannot be fetched.
    """
    if reading.pairs and reading.direction == "BtoA":
        raise Refused(f"--direction BtoA: legal with --pairs {reading.pairs} is AtoB")
    if understood(reading.levels) != "full" and not _has_files(spec):
        raise Refused(
            f"--levels {reading.levels}: legal for a folder of pictures or a file of arrays; "
            f"{printable(spec)} has 8 bits a value, and uses them all"
        )
    source = _find(spec, reading)
    if reading.split_by is not None:
        source = held_out_by(source, reading.split_by)
    return source if reading.pairs is None else DerivedPairs(source, reading.pairs)


def movable(spec: str) -> str:
    """The same spec with absolute paths made relative to the current directory."""
    path = os.path.expanduser(spec)
    if not os.path.exists(path) and (halves := _halves(spec)):
        return ",".join(movable(half) for half in halves)
    # Never a bare name, which could be a world's or a set's.
    return os.path.join(os.curdir, os.path.relpath(path)) if os.path.isabs(path) else spec


def folders_of(spec: str) -> list[Path]:
    """Return the folders of pictures that a `--data` argument names."""
    path = os.path.expanduser(spec)
    if not os.path.exists(path) and (halves := _halves(spec)):
        return [folder for half in halves for folder in folders_of(half)]
    if not _has_files(spec):
        return []
    paths = (path, path.rpartition(":")[0])
    return [Path(path) for path in paths if path and os.path.isdir(path)][:1]


def _has_files(spec: str) -> bool:
    """Whether a spec names files of which nothing is known before they are looked at."""
    name = spec.partition(":")[0]
    return not (name in worlds.names() or name in named.SETS or spec.startswith(PREFIX))


def _find(spec: str, reading: Reading) -> Source:
    # First: either half may be a world, whose name would be found before the comma.
    if not os.path.exists(os.path.expanduser(spec)) and (both := _two(spec, reading)):
        return both
    if spec.partition(":")[0] in worlds.names():
        return open_world(spec, reading)
    if spec in named.SETS:
        return named.open_set(spec, reading)
    if spec.startswith(PREFIX):
        return open_by_name(spec, reading)
    # os.path, not Path: it says no where Path raises (no permission, no such user).
    path = Path(os.path.expanduser(spec))
    if os.path.isdir(path):
        return _open_folder(path, reading)
    if os.path.isfile(path):
        if path.suffix.lower() in (*ENDINGS, *GRIDS, *MESHES):
            return _open_file(path, reading)
        raise Refused(
            f"--data {printable(spec)} is a file; legal are a folder of pictures or shapes, "
            f"a file with arrays ({' '.join(ENDINGS)}), or one with a shape"
        )
    return _one_domain(spec, reading) or _unknown(spec)


def _missing_half(spec: str) -> str:
    """Of two sets with a comma between them the one that is not there; "" where it is no two."""
    halves = [half.strip() for half in spec.split(",")]
    there = [half for half in halves if half and _is_there(half)]
    return halves[1 - halves.index(there[0])] if len(halves) == 2 and len(there) == 1 else ""


def _open_file(path: Path, reading: Reading) -> Source:
    """Open a file of arrays, or one of a shape."""
    if path.suffix.lower() in ENDINGS and not is_one_shape(path):
        return open_arrays(path, reading)
    return open_shapes(path, reading)


def _open_folder(path: Path, reading: Reading) -> Source:
    """Open a folder of pictures, or the only file of arrays in it."""
    try:
        names = [entry.name for entry in os.scandir(path)]
    except OSError as fault:
        raise Refused(f"{printable(path)} cannot be read: {fault.strerror}") from fault
    # A hidden file is what another system keeps beside one: "._digits.npz".
    arrays = [n for n in names if n.lower().endswith(ENDINGS) and not n.startswith(".")]
    # Only where there is nothing else: beside pictures, it is something about them; beside meshes,
    # one shape of many.
    if len(arrays) == 1 and not picture_files(path).files and not holds_shapes(path):
        return _open_file(path / arrays[0], reading)
    return open_shapes(path, reading) or open_folder(path, reading)


def _two(spec: str, reading: Reading) -> Source | None:
    """Open two sets, with a comma between them, as two domains."""
    halves = _halves(spec)
    if halves is None:
        return None
    if len(set(map(_place, halves))) == 1:
        raise Refused(f"--data {printable(spec)}: both domains are {printable(halves[0])}")
    if reading.layout == "domains":
        # They are: each of them is one.
        reading = replace(reading, layout="pictures")
    first, second = (_find(half, reading) for half in halves)
    for source in (first, second):
        if source.kind != "pictures":
            raise Refused(f"--data {printable(spec)}: {source.name} gives {source.kind}")
    # Two folders may be called the same.
    names = ("A", "B") if first.name == second.name else (first.name, second.name)
    domains = dict(zip(names, (first, second), strict=True))
    return DomainsSource(" and ".join((first.name, second.name)), domains)


def _halves(spec: str) -> tuple[str, str] | None:
    """Split a spec at the comma whose both sides exist; paths may hold commas, too."""
    for place in (i for i, character in enumerate(spec) if character == ","):
        halves = spec[:place].strip(), spec[place + 1 :].strip()
        if all(_is_there(half) for half in halves):
            return halves
    return None


def _place(spec: str) -> tuple[str, str]:
    """What a spec names, however it is spelled: a name or a real path, and a domain of it."""
    if not _has_files(spec):
        return spec, ""
    path = os.path.expanduser(spec)
    if os.path.exists(path):
        return os.path.realpath(path), ""
    whole, _, domain = path.rpartition(":")
    return os.path.realpath(whole), domain


def _is_there(spec: str) -> bool:
    if spec.partition(":")[0] in (*worlds.names(), *named.SETS):
        return True
    # With or without the name of a domain.
    paths = (spec, spec.rpartition(":")[0])
    return any(path and os.path.exists(os.path.expanduser(path)) for path in paths)


def _one_domain(spec: str, reading: Reading) -> Source | None:
    """Open one domain of a folder or a named set: "horse2zebra:A", "photos/:trainA"."""
    whole, _, domain = spec.rpartition(":")
    if not whole or not _is_there(whole):
        return None
    source = _find(whole, replace(reading, layout="domains"))
    if domain in source.domains:
        return source.domains[domain]
    legal = " or ".join(f"{whole}:{name}" for name in source.domains) or whole
    raise Refused(f"--data {printable(spec)}: legal is {legal}")


def _unknown(spec: str) -> Source:
    if half := _missing_half(spec):
        why = missing_part(Path(os.path.expanduser(half))) if os.sep in half else "no such thing"
        raise Refused(f"--data {printable(spec)}: {printable(half)} is not there ({why})")
    if spec.count(",") > 1 and all(_is_there(half.strip()) for half in spec.split(",")):
        raise Refused(f"--data {printable(spec)}: legal are one set, or two with a comma between")
    known = worlds.names() + list(named.SETS)
    close = difflib.get_close_matches(spec, known, 1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    if os.sep in spec:
        # A path, and no name mistyped.
        hint = f" ({missing_part(Path(os.path.expanduser(spec)))})"
    raise Refused(
        f"--data {printable(spec)}: no such thing{hint}; legal are the worlds "
        f"{', '.join(worlds.names())}, the sets {', '.join(named.SETS)}, {PREFIX}NAME, a folder "
        f"of pictures, or a file with arrays ({' '.join(ENDINGS)})"
    )
