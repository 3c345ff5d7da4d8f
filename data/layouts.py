"""Detection of a folder's layout: single pictures, pairs, or two domains.

A file's folders say to which split, side and class it belongs:

    train/x.jpg         a split          trainA/x.jpg          a split and a side
    A/x.jpg             a side           train/A/x, A/train/x  both, in either order
    cats/x.jpg          a class          train/cats/x.jpg      a split and a class

Folders around all of this, as archives have them, mean nothing. A backslash in a name stands for
a folder: unpacked elsewhere, archives of Windows leave such names behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from data.errors import Refused
from data.listing import printable
from data.pictures import Header
from data.reading import Layout

#: What splits are called, whatever the letters' case, and which they are.
SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
SPLITS |= dict.fromkeys(("validation", "val", "valid", "dev"), "validation")
_SIDES = ("A", "B")
_BOTH = re.compile(rf"((?i:{'|'.join(SPLITS)}))[_-]?([AB])")
_FEW = 3
# The share of a folder's pictures that must be twice as wide as high: some may be strays.
_NEARLY_ALL = 0.99


@dataclass(frozen=True)
class Part:
    """A picture's pixels in a file: all of it, or one half."""

    file: str
    half: str = ""


@dataclass(frozen=True)
class Item:
    """One picture, or one pair of pictures, of a folder."""

    split: str
    folder: str
    #: What tells it from the others of its folder, whatever the format of its file.
    name: str
    a: Part
    b: Part | None = None

    @property
    def files(self) -> set[str]:
        """The files that hold it."""
        return {part.file for part in (self.a, self.b) if part}


@dataclass
class Plan:
    """The layout of a folder: its kind, and which files form which items."""

    kind: str
    #: The pictures, or pairs; of two domains: name -> pictures.
    items: list[Item] = field(default_factory=list)
    domains: dict[str, list[Item]] = field(default_factory=dict)
    #: Files that fit into no pair, and why.
    unusable: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    #: Why nothing is for training; "" where something is.
    untrained: str = ""


@dataclass(frozen=True)
class _Place:
    """A file's split, side or class, and stem, read off its path."""

    file: str
    split: str
    #: The first folder that is no split: a side or a class; "" where there is none.
    top: str
    #: What a partner on the other side has in common with it.
    stem: str


def plan(name: str, headers: dict[str, Header], layout: Layout) -> Plan:
    """Determine how a folder's pictures are to be read.

    Args:
        name: The folder's, for messages.
        headers: What each file says of itself, by its name relative to the folder.
        layout: The `--layout` flag.

    Raises:
        Refused: it is not laid out as was said, or one side of two is missing.
    """
    places = _places(list(headers), layout)
    places, remarks = _used(places, layout)
    backslashed = sum("\\" in file for file in headers)
    if backslashed:
        remarks += (f"{backslashed:,} names with a backslash: taken as folders",)
    if layout == "classes":
        return Plan("pictures", _in_classes(name, places), remarks=remarks)
    sides = defaultdict(list)
    for place in places:
        sides[place.top].append(place)
    # As the authors of CycleGAN call them.
    unpaired = any(_BOTH.fullmatch(part) for p in places for part in _folders(p.file))
    if layout != "pictures" and sides.keys() > set(_SIDES) and not _alphabet(sides):
        left = sum(len(of) for side, of in sides.items() if side not in _SIDES)
        remarks += (f"{left} pictures beside A/ and B/ are not used",)
        sides = {side: sides[side] for side in _SIDES}
    lettered = sides.keys() <= set(_SIDES)
    two = lettered or (layout in ("pairs", "domains") and len(sides) == 2 and "" not in sides)
    if layout == "pictures":
        two = False
    elif lettered and len(sides) == 1:
        (only,) = sides
        other = _SIDES[only == "A"]
        raise Refused(
            f"{name} has {only}/ without {other}/; legal are both sides, or --layout pictures"
        )
    if two:
        understood = _of_two(name, dict(sorted(sides.items())), headers, layout, unpaired)
    else:
        understood = _of_one(name, places, headers, layout)
    understood.remarks = remarks + understood.remarks
    understood.untrained = _untrained(name, places)
    return understood


def _alphabet(sides: dict) -> bool:
    """Whether sub-folders are letters: classes, of which A and B are two."""
    return all(len(side) == 1 for side in sides)


def means_something(folder: str) -> bool:
    """Whether a folder's name denotes a split, a side, or both."""
    return folder in _SIDES or _is_split(folder)


def _split_of(folder: str) -> str:
    return SPLITS.get(folder.lower(), "")


def _is_split(folder: str) -> bool:
    """Whether a folder's name denotes a split, with a side or without."""
    return bool(_split_of(folder) or _BOTH.fullmatch(folder))


def _path(file: str) -> PurePath:
    return PurePath(file.replace("\\", "/"))


def _folders(file: str) -> tuple[str, ...]:
    return _path(file).parts[:-1]


def _places(files: list[str], layout: Layout) -> list[_Place]:
    """The files' places, without the folders that are common to all."""
    folders = [list(_folders(file)) for file in files]
    if layout == "classes":
        folders = _without_common(folders, lambda folder: False)
        return [_place(file, "", inner) for file, inner in zip(files, folders, strict=True)]
    folders = _without_common(folders)
    splits = []
    for inner in folders:
        both = _BOTH.fullmatch(inner[0]) if inner else None
        split = ""
        if both:
            split, inner[0] = _split_of(both[1]), both[2]
        elif inner and _split_of(inner[0]):
            split = _split_of(inner.pop(0))
        elif len(inner) > 1 and inner[0] in _SIDES and _split_of(inner[1]):
            split = _split_of(inner.pop(1))
        splits.append(split)
    # In each split, or beside it, there may be folders again that all pictures are in.
    folders = _without_common(folders)
    return [_place(*parts) for parts in zip(files, splits, folders, strict=True)]


def _place(file: str, split: str, inner: list[str]) -> _Place:
    # One name may be written as letters and accents, or as accented letters.
    stem = unicodedata.normalize("NFC", _path(file).stem)
    return _Place(file, split, inner[0] if inner else "", str(PurePath(split, *inner[1:], stem)))


def _without_common(
    all_folders: list[list[str]], means: Callable[[str], bool] = means_something
) -> list[list[str]]:
    """The files' folders below their common ones, unless these are a split or a side."""
    while all(all_folders) and len({folders[0] for folders in all_folders}) == 1:
        if means(all_folders[0][0]):
            break
        all_folders = [folders[1:] for folders in all_folders]
    return all_folders


def _used(places: list[_Place], layout: Layout) -> tuple[list[_Place], tuple[str, ...]]:
    """The places inside splits, if there are splits; and a remark on those outside."""
    inside = [place for place in places if place.split]
    splits = dict.fromkeys(place.split for place in inside)
    left = len(places) - len(inside)
    if layout == "pictures" and not ("train" in splits and (len(splits) > 1 or not left)):
        # Splits that nothing could be learned from are none: they are called so by chance.
        around = not left and len(splits) == 1
        return [_unsplit(place, around) if place.split else place for place in places], ()
    if not inside or not left:
        return places, ()
    named = " and ".join(f"{split}/" for split in splits)
    return inside, (
        f"{left} pictures beside {named} are not used (--layout classes takes all folders as "
        "classes)",
    )


def _unsplit(place: _Place, around: bool) -> _Place:
    """The place of a file whose folder is called like a split, and is none.

    Args:
        around: The folder is around all others, and means nothing at all.
    """
    if around:
        return replace(place, split="")
    folders = _folders(place.file)
    top = next(folder for folder in folders if _is_split(folder))
    return replace(place, split="", top=top)


def _in_classes(name: str, places: list[_Place]) -> list[Item]:
    """The pictures of a folder whose sub-folders are classes, whatever they are called."""
    loose = [printable(place.file) for place in places if not place.top]
    if loose:
        raise Refused(
            f"--layout classes: {len(loose):,} pictures of {name} are in no folder of a class, "
            f"such as {loose[0]}"
        )
    return [Item("", place.top, place.stem, Part(place.file)) for place in places]


def _untrained(name: str, places: list[_Place]) -> str:
    """Why a set has no samples for training, but other splits; "" where it has some."""
    splits = {place.split for place in places}
    if splits & {"", "train"}:
        return ""
    named = sorted({folder for p in places for folder in _folders(p.file) if _is_split(folder)})
    return (
        f"{name}: {' and '.join(f'{printable(folder)}/' for folder in named)} is what a "
        f"{' or '.join(sorted(splits))} split is called, and nothing is left for training; "
        "--layout classes takes folders as classes, --layout pictures takes all as one set"
    )


def _of_one(name: str, places: list[_Place], headers: dict, layout: Layout) -> Plan:
    """A folder without sides: single pictures, or pairs side by side in one file."""
    odd = [p for p in places if headers[p.file].size[0] != 2 * headers[p.file].size[1]]
    wide = len(odd) <= (1 - _NEARLY_ALL) * len(places)
    if layout == "domains" and not wide:
        raise Refused(
            f"{name} is one set of pictures; two domains are A/ and B/, trainA/ and trainB/, any "
            "two folders in one, or two paths with a comma between them"
        )
    if layout == "pictures" or (layout == "auto" and not wide):
        return Plan("pictures", [Item(p.split, p.top, p.stem, Part(p.file)) for p in places])
    items, unusable = [], {}
    for place in places:
        width = headers[place.file].size[0]
        if wide and place in odd:
            unusable[place.file] = "not twice as wide as high, as the others are"
            continue
        if width % 2:
            unusable[place.file] = f"{width} pixels wide: no two halves"
            continue
        left, right = Part(place.file, "left"), Part(place.file, "right")
        items.append(Item(place.split, "", f"{place.top}/{place.stem}", left, right))
    _refuse_none(name, items, unusable)
    if layout == "domains":
        sides = {"A": [replace(item, b=None) for item in items]}
        sides["B"] = [replace(item, a=item.b, b=None) for item in items]
        return Plan("domains", domains=sides, unusable=unusable)
    said = "every picture is twice as wide as high: taken as pairs, side by side "
    remarks = (said + "(--layout pictures takes them whole)",) if layout == "auto" else ()
    return Plan("pairs", items, unusable=unusable, remarks=remarks)


def _of_two(name, sides: dict[str, list[_Place]], headers, layout: Layout, unpaired: bool) -> Plan:
    """Two folders: pairs where the names agree, else two domains."""
    (first, left), (second, right) = sides.items()
    as_domains = Plan(
        "domains",
        domains={
            side: [Item(p.split, "", p.stem, Part(p.file)) for p in of]
            for side, of in sides.items()
        },
    )
    partners, others, unusable = _by_stem(left), _by_stem(right), {}
    common = partners.keys() & others.keys()
    if layout == "domains" or (layout == "auto" and unpaired):
        if common and layout == "auto":
            as_domains.remarks = (
                f"{first}/ and {second}/ have {len(common):,} names in common, and are taken as "
                "two domains (--layout pairs takes them as pairs)",
            )
        return as_domains
    if not common:
        # Some systems do not tell IMG from img.
        partners, others = _by_stem(left, str.casefold), _by_stem(right, str.casefold)
        common = partners.keys() & others.keys()
    if not common:
        if layout == "auto":
            as_domains.remarks = (
                f"{first}/ and {second}/ have no name in common: taken as two domains",
            )
            return as_domains
        here, there = printable(first), printable(second)
        raise Refused(f"{name}: no file in {here}/ has a partner of its name in {there}/")
    items = []
    for stem in sorted(partners.keys() | others.keys()):
        here, there = partners.get(stem, []), others.get(stem, [])
        fault = _unpaired(stem, here, there, headers, (first, second))
        if fault:
            unusable |= {place.file: fault for place in here + there}
            continue
        items.append(Item(here[0].split, "", stem, Part(here[0].file), Part(there[0].file)))
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
        reasons = [f"{printable(file)}: {why}" for file, why in list(unusable.items())[:_FEW]]
        raise Refused(f"{name} has no pair that can be used ({'; '.join(reasons)})")


def _by_stem(places: list[_Place], alike: Callable[[str], str] = str) -> dict[str, list[_Place]]:
    groups = defaultdict(list)
    for place in places:
        groups[alike(place.stem)].append(place)
    return groups


def _unpaired(stem: str, here: list, there: list, headers: dict, sides: tuple) -> str:
    """The reason why files of one name are no pair; "" if they are one."""
    for of, side in ((here, sides[0]), (there, sides[1])):
        if not of:
            return f"no partner in {printable(side)}/"
        if len(of) > 1:
            return f"{len(of)} files of this name in {printable(side)}/"
    (w, h), (other_w, other_h) = headers[here[0].file].size, headers[there[0].file].size
    # The same shape but for a pixel's rounding: pictures of one scene at two resolutions.
    if abs(w * other_h - h * other_w) > max(h, other_h, w, other_w):
        return f"{w}×{h} pixels, its partner {other_w}×{other_h}: not the same shape"
    return ""
