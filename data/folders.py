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
from data.files import resolved
from data.layouts import Item, Part, plan
from data.levels import UNCHANGED, Levels, little_used, told
from data.listing import picture_files, printable
from data.own import without_own
from data.pictures import ENDINGS, Header, Unreadable, decode, decode_values, read_header
from data.progress import counted
from data.range import levels_of
from data.reading import Reading
from data.remarks import remarks_on
from data.resize import fitted, height_and_width
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, balanced, divided, split_of

# Pictures that are examined to tell whether they are label maps.
_LOOKED_AT = 8
_FEWEST_COLOURS, _MOST_COLOURS = 3, 64
# What the sides are called in remarks.
_CALLED = {"samples": "pictures", "inputs": "inputs"}
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
        untrained: str = "",
    ):
        self.path, self.name, self._items = path, name, items
        self._untrained, self._by_split = untrained, {}
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
        self._sides = {"samples": self._made} | ({"inputs": self._given} if self._given else {})
        self.label_maps = self._find_label_maps(flipped)
        # Levels and remarks on them, known once pictures are read.
        self.levels, self._little, self._settled = {}, (), False
        sizes = sorted((self._size_of(part)[::-1] for part in self._made), key=min)
        self.sizes = (sizes[0], sizes[-1])
        self._remarks = remarks + tuple(
            f"{_CALLED[side]} are label maps: the nearest pixel is "
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
        return self._remarks + self._little + self._faults.remarks()

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`; grows while pictures are decoded."""
        return self._faults.reasons

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        chosen = self._in_split(split_of(split))
        if split == "train" and self._untrained:
            raise Refused(self._untrained)
        self._settle_levels()
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
        key = {"folder": str(resolved(self.path)), "files": listed, "shapes": shapes, "version": 2}
        key |= {"fit": self._reading.fit, "label maps": self.label_maps}
        key |= {"classes": self.factors, "levels": self.levels}
        label = f"folder-{shape[2]}x{shape[1]}"
        loaded = cache.cached(label, key, shapes, lambda rows: self._decode(chosen, rows))
        self._faults.add(loaded.left_out)
        self._look_at_brightness(loaded)
        return loaded

    def name_of(self, split, index, left_out):
        """The file that a picture was read from."""
        items = [self._items[i] for i in self._in_split(split)]
        return printable([item for item in items if not item.files & left_out.keys()][index].a.file)

    def _in_split(self, split: str) -> np.ndarray:
        if split not in self._by_split:
            splits = np.array([item.split for item in self._items])
            names = [f"{item.folder}/{item.name}" for item in self._items]
            classes = np.array([item.folder for item in self._items])
            way = self._reading.splitting
            self._by_split[split] = divided(splits, split, names, classes, way)
        return self._by_split[split]

    def _settle_levels(self) -> None:
        """Determine the values that become 0 and 255, from the pictures for training."""
        if self._settled:
            return
        levels, remarks = {}, ()
        index = self._in_split("train")
        for side, parts in self._sides.items():
            some = [parts[i] for i in (index if len(index) else range(len(parts)))]
            files = {part.file: self._headers[part.file] for part in some}
            kept = side in self.label_maps
            found = levels_of(self.path, self.name, files, self._reading.levels, kept)
            if found is None:
                continue
            levels["real" if side == "samples" else "input"] = found
            if not kept and any(header.deep for header in files.values()):
                remarks += (told(found, _CALLED[side]),)
        # Last: what was interrupted begins anew.
        self.levels, self._settled = levels, True
        self._remarks += remarks

    def _look_at_brightness(self, loaded: SampleSet) -> None:
        """Remark on pictures that are nearly black, or nearly all of one brightness."""
        if self._little or not len(loaded):
            return
        for side in self._sides:
            if side in self.label_maps:
                continue
            levels = self._levels_of(side) or UNCHANGED
            said = little_used(getattr(loaded, side), levels, _CALLED[side])
            self._little += (said,) if said else ()

    def _levels_of(self, side: str) -> Levels | None:
        return self.levels.get("real" if side == "samples" else "input")

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
        return tuple(s for s in (a, b) if self._looks_labelled(self._sides[s][:_LOOKED_AT]))

    def _looks_labelled(self, parts: list[Part]) -> bool:
        looked_at = 0
        for part in parts:
            if not self._headers[part.file].lossless:
                return False
            try:
                colours = self._colours(part)
            except Unreadable:
                continue
            if not _FEWEST_COLOURS <= colours <= _MOST_COLOURS:
                return False
            looked_at += 1
        return looked_at > 0

    def _colours(self, part: Part) -> int:
        """How many different colours a picture has; one more than `_MOST_COLOURS` if more."""
        if self._headers[part.file].deep:
            values, _ = decode_values(self.path / part.file, 1)
            return len(np.unique(values))
        colours = self._whole(part, 3).getcolors(_MOST_COLOURS)
        return _MOST_COLOURS + 1 if colours is None else len(colours)

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
        # Before anything is cached.
        self._faults.add(left_out)
        factors = {"label": self._labels[kept]} if self.factors else {}
        read = {name: array[: len(kept)] for name, array in rows.items()}
        return SampleSet(**read, factors=factors, left_out=left_out)

    def _try(self, index: int, rows: dict) -> dict[str, np.ndarray] | tuple[str, str]:
        """The pixels of an item; or (file, reason) if they cannot be read."""
        read = {}
        for side, array in rows.items():
            part = self._sides[side][index]
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
        picture = self._whole(part, channels, least, self._levels_of(side))
        small = fitted(picture, (height, width), self._reading.fit, side in self.label_maps)
        return np.asarray(small).reshape(shape)

    def _whole(self, part: Part, channels: int, least=None, levels=None) -> Image.Image:
        picture = decode(self.path / part.file, channels, least, levels)
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
    name = printable(resolved(path).name)
    listed = picture_files(path)
    files, passed_over = without_own(path, listed.files)
    if not files:
        also = "".join(f"; {remark}" for remark in (*listed.remarks(), *passed_over))
        raise Refused(f"{printable(path)} holds no pictures ({' '.join(ENDINGS)}){also}")
    faults = Faults(Path(printable(path)), len(files), reading)
    headers, broken = {}, {}
    with counted(f"looking at {len(files):,} files of {name}", len(files)) as progress:
        for number, file in enumerate(files, 1):
            try:
                headers[file] = _header(path / file, reading)
            except Unreadable as reason:
                broken[file] = str(reason)
            progress(number)
    faults.add(broken)
    if not headers:
        raise Refused(f"{printable(path)} holds no picture that can be used")
    understood = plan(printable(path), headers, reading.layout)
    understood.remarks += listed.remarks() + passed_over + remarks_on(headers)
    faults.add(understood.unusable)

    def source(name: str, items: list[Item]) -> FolderSource:
        remarks = understood.remarks if understood.kind != "domains" else ()
        untrained = understood.untrained
        return FolderSource(path, name, items, headers, faults, reading, remarks, untrained)

    if understood.kind != "domains":
        return source(name, understood.items)
    domains = {
        side: source(f"{name}:{printable(side)}", items)
        for side, items in understood.domains.items()
    }
    return DomainsSource(name, domains, understood.remarks)


def _header(file: Path, reading: Reading) -> Header:
    header = read_header(file)
    if header.floating and reading.levels == "full":
        raise Unreadable(
            "holds floating-point values of unknown range (--levels auto or LOW,HIGH says which)"
        )
    return header
