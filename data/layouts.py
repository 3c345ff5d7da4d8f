"""What the files of a folder are to each other: single pictures, pairs, or two domains.

A file's folders say to which split, side and class it belongs:

    train/x.jpg         a split          trainA/x.jpg          a split and a side
    A/x.jpg             a side           train/A/x, A/train/x  both, in either order
    cats/x.jpg          a class          train/cats/x.jpg      a split and a class

Folders around all of this, as archives have them, mean nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePath

from data.errors import Refused
from data.listing import shown
from data.pictures import Header
from data.reading import Layout

SPLITS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}
_SIDES = ("A", "B")
_BOTH = re.compile(r"(train|validation|val|test)[_-]?([AB])")
_FEW = 3


@dataclass(frozen=True)
class Part:
    """Where a picture's pixels are: a file, or one half of it."""

    file: str
    half: str = ""


@dataclass(frozen=True)
class Item:
    """One picture, or one pair of pictures, of a folder."""

    split: str
    folder: str
    a: Part
    b: Part | None = None

    @property
    def name(self) -> str:
        """What it is called where it is spoken of."""
        return self.a.file


@dataclass
class Plan:
    """What was understood of a folder."""

    kind: str
    #: The pictures, or pairs; of two domains: name -> pictures.
    items: list[Item] = field(default_factory=list)
    domains: dict[str, list[Item]] = field(default_factory=dict)
    #: Files that fit into no pair, and why.
    unusable: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """A file's folders, understood."""

    file: str
    split: str
    #: The first folder that is no split: a side or a class; "" where there is none.
    top: str
    #: What a partner on the other side has in common with it.
    stem: str


def plan(name: str, headers: dict[str, Header], layout: Layout) -> Plan:
    """How a folder's pictures are to be read.

    Args:
        name: The folder's, for messages.
        headers: What each file says of itself, by its name relative to the folder.
        layout: What its owner says that it is.

    Raises:
        Refused: it is not laid out as was said, or one side of two is missing.
    """
    places, remarks = _used(_places(list(headers)))
    sides = defaultdict(list)
    for place in places:
        sides[place.top].append(place)
    cycle = any(_BOTH.fullmatch(part) for p in places for part in PurePath(p.file).parts[:-1])
    lettered = set(sides) <= set(_SIDES)
    two = lettered or (layout in ("pairs", "domains") and len(sides) == 2 and "" not in sides)
    if layout == "pictures":
        two = False
    elif lettered and len(sides) == 1:
        (only,) = sides
        other = _SIDES[only == "A"]
        raise Refused(
            f"{name} has {only}/ without {other}/; legal are both sides, or --layout pictures"
        )
    plans = _of_two(name, dict(sorted(sides.items())), headers, layout, cycle) if two else None
    if plans is None:
        plans = _of_one(name, places, headers, layout)
    plans.remarks = remarks + plans.remarks
    return plans


def _places(files: list[str]) -> list[_Place]:
    """The files' places, below the folders that all of them are in."""
    all_in = 0
    parts = [PurePath(file).parts[:-1] for file in files]
    while all(len(p) > all_in for p in parts):
        folders = {p[all_in] for p in parts}
        (folder,) = folders if len(folders) == 1 else ("",)
        if not folder or folder in SPLITS or folder in _SIDES or _BOTH.fullmatch(folder):
            break
        all_in += 1
    return [_place(file, all_in) for file in files]


def _place(file: str, all_in: int) -> _Place:
    *folders, last = PurePath(file).parts[all_in:]
    split = ""
    both = _BOTH.fullmatch(folders[0]) if folders else None
    if both:
        split, folders = SPLITS[both[1]], [both[2], *folders[1:]]
    elif folders and folders[0] in SPLITS:
        split, folders = SPLITS[folders[0]], folders[1:]
    elif len(folders) > 1 and folders[0] in _SIDES and folders[1] in SPLITS:
        split, folders = SPLITS[folders[1]], [folders[0], *folders[2:]]
    stem = str(PurePath(split, *folders[1:], PurePath(last).stem))
    return _Place(file, split, folders[0] if folders else "", stem)


def _used(places: list[_Place]) -> tuple[list[_Place], tuple[str, ...]]:
    """Without what lies beside the splits; and what remains to be split, said in full."""
    inside = [place for place in places if place.split]
    if not inside:
        return places, ()
    left = len(places) - len(inside)
    if not left:
        return inside, ()
    named = " and ".join(f"{split}/" for split in dict.fromkeys(p.split for p in inside))
    return inside, (f"{left} pictures beside {named} are not used",)


def _of_one(name: str, places: list[_Place], headers: dict, layout: Layout) -> Plan:
    """A folder without sides: single pictures, or pairs side by side in one file."""
    wide = all(h.size[0] == 2 * h.size[1] for h in (headers[p.file] for p in places))
    if layout == "domains" and not wide:
        raise Refused(
            f"{name} is one set of pictures; two domains are A/ and B/, trainA/ and trainB/, any "
            "two folders in one, or two paths with a comma between them"
        )
    if layout == "pictures" or (layout == "auto" and not wide):
        return Plan("pictures", [Item(p.split, p.top, Part(p.file)) for p in places])
    items, unusable = [], {}
    for place in places:
        width = headers[place.file].size[0]
        if width % 2:
            unusable[place.file] = f"{width} pixels wide: no two halves"
            continue
        left, right = Part(place.file, "left"), Part(place.file, "right")
        items.append(Item(place.split, "", left, right))
    _refuse_none(name, items, unusable)
    if layout == "domains":
        sides = {"A": [Item(i.split, "", i.a) for i in items]}
        return Plan("domains", domains=sides | {"B": [Item(i.split, "", i.b) for i in items]})
    said = "every picture is twice as wide as high: taken as pairs, side by side "
    remarks = (said + "(--layout pictures takes them whole)",) if layout == "auto" else ()
    return Plan("pairs", items, unusable=unusable, remarks=remarks)


def _of_two(name, sides: dict[str, list[_Place]], headers, layout: Layout, cycle: bool) -> Plan:
    """Two folders: pairs where the names agree, else two domains."""
    (first, left), (second, right) = sides.items()
    as_domains = Plan(
        "domains",
        domains={side: [Item(p.split, "", Part(p.file)) for p in of] for side, of in sides.items()},
    )
    if layout == "domains" or (layout == "auto" and cycle):
        return as_domains
    partners, unusable = _by_stem(left), {}
    others = _by_stem(right)
    common = partners.keys() & others.keys()
    if not common:
        if layout == "auto":
            return as_domains
        raise Refused(
            f"{name}: no file in {shown(first)}/ has a partner of its name in {shown(second)}/"
        )
    items = []
    for stem in sorted(partners.keys() | others.keys()):
        here, there = partners.get(stem, []), others.get(stem, [])
        fault = _unpaired(stem, here, there, headers, (first, second))
        if fault:
            unusable |= {place.file: fault for place in here + there}
            continue
        items.append(Item(here[0].split, "", Part(here[0].file), Part(there[0].file)))
    _refuse_none(name, items, unusable)
    remarks = ()
    if layout == "auto":
        remarks = (
            f"{first}/ and {second}/ have {len(common):,} names in common: taken as pairs "
            "(--layout domains takes them as two domains)",
        )
    return Plan("pairs", items, unusable=unusable, remarks=remarks)


def _refuse_none(name: str, items: list[Item], unusable: dict[str, str]) -> None:
    if not items:
        reasons = [f"{shown(file)}: {why}" for file, why in list(unusable.items())[:_FEW]]
        raise Refused(f"{name} has no pair that can be used ({'; '.join(reasons)})")


def _by_stem(places: list[_Place]) -> dict[str, list[_Place]]:
    groups = defaultdict(list)
    for place in places:
        groups[place.stem].append(place)
    return groups


def _unpaired(stem: str, here: list, there: list, headers: dict, sides: tuple) -> str:
    """Why files of one name are no pair; "" where they are."""
    for of, side in ((here, sides[0]), (there, sides[1])):
        if not of:
            return f"no partner in {shown(side)}/"
        if len(of) > 1:
            return f"{len(of)} files of this name in {shown(side)}/"
    (w, h), (other_w, other_h) = headers[here[0].file].size, headers[there[0].file].size
    # The same shape but for a pixel's rounding: pictures of one scene at two resolutions.
    if abs(w * other_h - h * other_w) > max(h, other_h, w, other_w):
        return f"{w}×{h} pixels, its partner {other_w}×{other_h}: not the same shape"
    return ""
