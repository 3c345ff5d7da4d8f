"""Folders of pictures as sources: single pictures, pairs, or two domains.

`data.layouts` determines the layout. Unusable files are left out and named, as long as they
are at most one in a hundred; if they are more, the folder is refused (`data.faults`).
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from data import cache
from data.domains import DomainsSource
from data.errors import Refused
from data.faults import Faults
from data.layouts import Item, Part, plan
from data.listing import picture_files, printable
from data.own import without_own
from data.pictures import ENDINGS, Header, Unreadable, decode, read_header
from data.progress import counted
from data.reading import Reading
from data.resize import fitted, height_and_width
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, balanced, divided, split_of

# Pictures that are examined to tell whether they are label maps.
_LOOKED_AT = 8
_FEWEST_COLOURS, _MOST_COLOURS = 3, 64
# Pictures that are decoded ahead.
_AHEAD = 256


class FolderSource(Source):
    """Pictures or pairs in a folder."""

    def __init__(
        self,
        path: Path,
        name: str,
        items: list[Item],
        headers: dict[str, Header],
        faults: Faults,
        reading: Reading,
        remarks: tuple[str, ...] = (),
    ):
        self.path, self.name, self._items = path, name, items
        self._headers, self._faults, self._reading = headers, faults, reading
        self.count = len(items)
        # Samples and, for pairs, inputs.
        flipped = reading.direction == "BtoA"
        sides = [(i.a, i.b) if flipped or i.b is None else (i.b, i.a) for i in items]
        self._made = [made for made, _ in sides]
        self._given = [given for _, given in sides if given is not None]
        self.kind = "pairs" if self._given else "pictures"
        self.halves = any(part.half for part in self._made)
        self.channels = self._channels_of(self._made)
        self.input_channels = self._channels_of(self._given) if self._given else None
        self.label_maps = self._find_label_maps(flipped)
        sizes = sorted((self._size_of(part)[::-1] for part in self._made), key=min)
        self.sizes = (sizes[0], sizes[-1])
        self._remarks = remarks + tuple(
            f"{'pictures' if side == 'samples' else 'inputs'} are label maps: the nearest pixel is "
            "taken (--label-maps none mixes them)"
            for side in self.label_maps
            if reading.label_maps == "auto"
        )
        classes = sorted({item.folder for item in items})
        if self.kind == "pictures" and 1 < len(classes) <= MOST_CLASSES and "" not in classes:
            self.factors = {"label": tuple(printable(folder) for folder in classes)}
            self._labels = np.array([classes.index(i.folder) for i in items], np.int32)
            self.modes = ("label",) if balanced(self._labels) else ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks on the layout, and on what was left out so far."""
        return self._remarks + self._faults.remarks()

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`; grows while pictures are decoded."""
        return self._faults.reasons

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        chosen = self._in_split(split_of(split))
        shape = (len(chosen), *height_and_width(size))
        shapes = {"samples": (*shape, self.channels)}
        if self._given:
            shapes["inputs"] = (*shape, self.input_channels)
        files = [
            (part.file, part.half, *self._headers[part.file].stamp)
            for parts in (self._made, self._given)
            for part in (parts[i] for i in (chosen if parts else ()))
        ]
        # A list of a million files would be larger than many sets.
        listed = hashlib.sha256(repr(files).encode("utf-8", "backslashreplace")).hexdigest()
        key = {"folder": str(self.path.resolve()), "files": listed, "shapes": shapes, "version": 2}
        key |= {"fit": self._reading.fit, "label maps": self.label_maps}
        key |= {"classes": self.factors}
        label = f"folder-{shape[2]}x{shape[1]}"
        loaded = cache.cached(label, key, shapes, lambda rows: self._decode(chosen, rows))
        self._faults.add(loaded.left_out)
        return loaded

    def name_of(self, split, index, left_out):
        """The file that a picture was read from."""
        items = [self._items[i] for i in self._in_split(split)]
        return printable([item for item in items if not item.files & left_out.keys()][index].a.file)

    def _in_split(self, split: str) -> np.ndarray:
        return divided(np.array([item.split for item in self._items]), split)

    def _channels_of(self, parts: list[Part]) -> int:
        return 1 if all(self._headers[part.file].grey for part in parts) else 3

    def _size_of(self, part: Part) -> tuple[int, int]:
        """(width, height)."""
        width, height = self._headers[part.file].size
        return (width // 2 if part.half else width), height

    def _find_label_maps(self, flipped: bool) -> tuple[str, ...]:
        """Which of "samples" and "inputs" are label maps."""
        if not self._given or self._reading.label_maps == "none":
            return ()
        a, b = ("samples", "inputs") if flipped else ("inputs", "samples")
        if self._reading.label_maps in ("A", "B"):
            return (a if self._reading.label_maps == "A" else b,)
        sides = {"samples": self._made, "inputs": self._given}
        return tuple(side for side in (a, b) if self._looks_labelled(sides[side][:_LOOKED_AT]))

    def _looks_labelled(self, parts: list[Part]) -> bool:
        looked_at = 0
        for part in parts:
            if not self._headers[part.file].lossless:
                return False
            try:
                colours = self._whole(part, 3).getcolors(_MOST_COLOURS)
            except Unreadable:
                continue
            if colours is None or len(colours) < _FEWEST_COLOURS:
                return False
            looked_at += 1
        return looked_at > 0

    def _decode(self, chosen: np.ndarray, rows: dict[str, np.ndarray]) -> SampleSet:
        """Decode the chosen items into rows; returns those that could be read."""
        left_out, kept = {}, []
        one = partial(self._try, rows=rows)
        words = f"reading {len(chosen):,} pictures of {self.name}"
        with ThreadPoolExecutor(os.cpu_count()) as pool, counted(words, len(chosen)) as progress:
            for start in range(0, len(chosen), _AHEAD):
                some = chosen[start : start + _AHEAD]
                for index, read in zip(some, pool.map(one, some), strict=True):
                    if isinstance(read, tuple):
                        left_out[read[0]] = read[1]
                        continue
                    for name, pixels in read.items():
                        rows[name][len(kept)] = pixels
                    kept.append(index)
                progress(start + len(some))
        factors = {"label": self._labels[kept]} if self.factors else {}
        read = {name: array[: len(kept)] for name, array in rows.items()}
        return SampleSet(**read, factors=factors, left_out=left_out)

    def _try(self, index: int, rows: dict) -> dict[str, np.ndarray] | tuple[str, str]:
        """The pixels of an item; or (file, reason) if they cannot be read."""
        read, sides = {}, {"samples": self._made, "inputs": self._given}
        for side, array in rows.items():
            part = sides[side][index]
            try:
                read[side] = self._pixels(part, side, array.shape[1:])
            except Unreadable as reason:
                return part.file, str(reason)
        return read

    def _pixels(self, part: Part, side: str, shape: tuple[int, int, int]) -> np.ndarray:
        height, width, channels = shape
        # A JPEG at a fraction of its size: much quicker, the same after the antialiased
        # resize. Not below twice the target; and a half's edge must stay where it is.
        least = None if part.half or side in self.label_maps else (2 * width, 2 * height)
        picture = self._whole(part, channels, least)
        small = fitted(picture, (height, width), self._reading.fit, side in self.label_maps)
        return np.asarray(small).reshape(shape)

    def _whole(self, part: Part, channels: int, least=None) -> Image.Image:
        picture = decode(self.path / part.file, channels, least)
        middle = picture.width // 2
        if part.half == "left":
            return picture.crop((0, 0, middle, picture.height))
        if part.half == "right":
            return picture.crop((middle, 0, picture.width, picture.height))
        return picture


def open_folder(path: Path, reading: Reading) -> Source:
    """Open a folder of pictures; only their headers are read.

    Raises:
        Refused: it has no picture, or too many that cannot be used, or lacks a side.
    """
    name = printable(path.resolve().name)
    files, others = picture_files(path)
    files, passed_over = without_own(path, files)
    unread = ", ".join(f"{number:,} {ending} files" for ending, number in sorted(others.items()))
    if not files:
        also = f", but {unread}" if unread else ""
        also += "".join(f"; {remark}" for remark in passed_over)
        raise Refused(f"{printable(path)} holds no pictures ({' '.join(ENDINGS)}){also}")
    faults = Faults(Path(printable(path)), len(files), reading)
    headers, broken = {}, {}
    with counted(f"looking at {len(files):,} files of {name}", len(files)) as progress:
        for number, file in enumerate(files, 1):
            try:
                headers[file] = read_header(path / file)
            except Unreadable as reason:
                broken[file] = str(reason)
            progress(number)
    faults.add(broken)
    if not headers:
        raise Refused(f"{printable(path)} holds no picture that can be used")
    understood = plan(printable(path), headers, reading.layout)
    understood.remarks += passed_over
    if unread:
        understood.remarks += (f"not read: {unread}",)
    faults.add(understood.unusable)

    def source(name: str, items: list[Item]) -> FolderSource:
        remarks = understood.remarks if understood.kind != "domains" else ()
        return FolderSource(path, name, items, headers, faults, reading, remarks)

    if understood.kind != "domains":
        return source(name, understood.items)
    domains = {
        side: source(f"{name}:{printable(side)}", items)
        for side, items in understood.domains.items()
    }
    return DomainsSource(name, domains, understood.remarks)
