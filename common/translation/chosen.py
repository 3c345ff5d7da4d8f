"""Choice of what is to be translated: whole pictures, or the side that a run learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import Refused
from data.layouts import Part, Plan, plan
from data.listing import printable
from data.pictures import Unreadable, read_header
from data.progress import counted
from data.reading import Layout

_HALVES = ("left", "right")


@dataclass
class Chosen:
    """Pictures of a folder that are to be translated."""

    #: Files relative to the folder, or halves of them.
    parts: list[Part]
    #: File -> why it is not one of them, in words.
    unusable: dict[str, str] = field(default_factory=dict)
    #: Notes for the user.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Which side of pairs, or which of two domains, is to be translated."""

    #: What a folder holds; "auto": as its folders' names and the pictures' shapes say.
    layout: Layout = "pictures"
    #: Whether it is the second side, B or the right half.
    second: bool = False
    #: Whether that is the user's word, and not the training's.
    asked: bool = True
    #: Whether the training's pictures were halves of files; None: not known.
    halves: bool | None = None

    def half_of(self, file: Path) -> str:
        """Return which half of a single file is to be translated: "left", "right" or ""."""
        if not (self.layout != "pictures" if self.asked else self.halves):
            return ""
        try:
            width, height = read_header(file).size
        except Unreadable:
            # Reading it will say why.
            return ""
        return _HALVES[self.second] if width == 2 * height else ""

    def of_folder(self, path: Path, names: list[str]) -> Chosen:
        """Choose among the picture files of a folder.

        Raises:
            Refused: the folder is not laid out as `layout` says.
        """
        whole = Chosen([Part(name) for name in names])
        if self.asked and self.layout == "pictures":
            return whole
        headers, broken = {}, {}
        words = f"looking at {len(names):,} files of {printable(path.name)}"
        with counted(words, len(names)) as progress:
            for number, name in enumerate(names, 1):
                try:
                    headers[name] = read_header(path / name)
                except Unreadable as reason:
                    broken[name] = str(reason)
                progress(number)
        if not headers:
            # Reading them will say why.
            return whole
        for layout in [self.layout] if self.asked else dict.fromkeys(("auto", self.layout)):
            try:
                found = plan(printable(path), headers, layout)
                if found.kind == "pictures":
                    continue
                in_folders = not any(part.half for part in self._side(found))
                if in_folders:
                    # Nobody's partner is asked for.
                    found = plan(printable(path), headers, "domains")
            except Refused:
                if self.asked:
                    raise
                # One side alone, for instance: it is the one to translate.
                continue
            # Pictures of any shape have two halves: those of the training must have been some.
            sure = in_folders or (layout == "auto" and self.halves is not False)
            if sure or self.asked:
                return self._chosen(found, broken | found.unusable, in_folders)
        return whole

    def _chosen(self, found: Plan, unusable: dict[str, str], in_folders: bool) -> Chosen:
        parts = sorted(self._side(found), key=lambda part: part.file)
        if in_folders:
            side = printable(sorted(found.domains)[self.second])
            note = f"the pictures in {side}/ are translated, as that side was learned from "
            note += "(--layout pictures takes all)"
        else:
            note = f"the {_HALVES[self.second]} half of each file is translated, as that side was "
            note += "learned from (--layout pictures takes files whole)"
        return Chosen(parts, unusable, (note,))

    def _side(self, found: Plan) -> Iterator[Part]:
        if found.kind == "domains":
            return (item.a for item in found.domains[sorted(found.domains)[self.second]])
        return (item.b if self.second else item.a for item in found.items)


#: All pictures, whole.
WHOLE = Choice()
