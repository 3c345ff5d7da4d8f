"""Folders of shapes, one a file, alone or with pictures of them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from data import cache, npz
from data.arrays import training_key
from data.errors import Refused
from data.faults import Faults
from data.files import resolved
from data.layouts import SPLITS
from data.listing import picture_files, printable
from data.pictures import Unreadable, decode, read_header
from data.progress import counted
from data.reading import Reading
from data.resize import fitted
from data.samples import SampleSet
from data.shape_files import GRIDS, MESHES, SHAPES_ALONE, Unusable, read_shape
from data.source import Source
from data.splits import MOST_CLASSES, balanced, divided, split_of
from data.voxels import LARGEST, SMALLEST, side_of

# Folders of either side of pairs.
_SIDES = {"a", "views", "images", "pictures", "b", "shapes", "voxels", "models", "meshes"}
# Pixels a side of views, at most and in steps.
_LARGEST_VIEW, _STEP, _SMALLEST_VIEW = 128, 8, 32


@dataclass(frozen=True)
class Item:
    """A shape, and a picture of it if there is one: paths relative to the folder."""

    shape: str
    view: str | None = None


def holds_shapes(folder: Path) -> bool:
    """Return whether there are files below a folder that can be nothing but shapes."""
    return any(file.lower().endswith(SHAPES_ALONE) for file in _files(folder))


def is_one_shape(file: Path) -> bool:
    """Return whether a file of arrays holds one grid, where many samples could be.

    It is a cube of truth values (.npy; numbers are as many pictures), or in an .npz file a cube
    under `voxels`, or the only one where there are no samples.
    """
    try:
        with npz.noticing_damage():
            if file.suffix.lower() == ".npy":
                values = np.load(file, mmap_mode="r", allow_pickle=False)
                return values.dtype == bool and _is_cube(values.shape)
            if file.suffix.lower() != ".npz":
                return False
            shapes = npz.shapes(file)
    except (OSError, npz.Damaged):
        # Whoever reads it will say why.
        return False
    train = training_key(shapes)
    if train is None:
        return sum(map(_is_cube, shapes.values())) == 1
    return train == "voxels" and _is_cube(shapes[train])


def _is_cube(shape: tuple[int, ...]) -> bool:
    """Whether an array's shape is S×S×S or S×S×S×1."""
    return len(set(shape[:3])) == 1 and shape[3:] in ((), (1,)) and len(shape) >= 3


def open_shapes(path: Path, reading: Reading) -> Source | None:
    """Open a folder of shapes, or a single file of one; None for a folder of other things.

    With pictures in the folder, it is one of pairs: a picture belongs to the shape of its name
    (chair.png, chair.obj; also in folders views and shapes), or to the only shape in its folder.
    Pictures of which none belongs to a shape are passed over where they are fewer than the shapes.

    Raises:
        Refused: a folder cannot be read.
    """
    name = printable(path.name)
    if path.is_file():
        return ShapeSource(path.parent, name, [Item(path.name)], reading)
    shapes = _files(path)
    if not shapes:
        return None
    listed = picture_files(path)
    pictures = listed.files
    if not pictures:
        arrays = [file for file in shapes if file.endswith((".npy", ".npz"))]
        # A single one holds all samples.
        if len(shapes) == len(arrays) == 1:
            return None
        return ShapeSource(path, name, [Item(file) for file in shapes], reading)
    # Beside pictures, arrays and .mat files may be anything: labels, say.
    own = [file for file in shapes if file.lower().endswith(SHAPES_ALONE)]
    partners = _partners(pictures, own)
    if not partners and len(own) > len(pictures):
        passed_over = f"passed over: {len(pictures):,} pictures without a shape"
        remarks = (*listed.remarks(), passed_over)
        return ShapeSource(path, name, [Item(file) for file in shapes], reading, remarks)
    if 2 * len(partners) < len(pictures):
        return None
    items = [Item(partners[view], view) for view in pictures if view in partners]
    remarks = listed.remarks()
    for what, left in (
        ("pictures without a shape", len(pictures) - len(items)),
        ("shapes without a picture", len(set(shapes) - set(partners.values()))),
    ):
        remarks += (f"passed over: {left:,} {what}",) if left else ()
    return ShapeSource(path, name, items, reading, remarks)


def _files(path: Path) -> list[str]:
    """The files of shapes below a folder, sorted, as `data.listing.picture_files` lists pictures.

    A folder that cannot be read is passed over here: whoever lists the pictures refuses it.
    """
    # Not by recursion: a folder may be deeper than Python's stack.
    found, seen, left = [], set(), [str(path)]
    while left:
        folder = left.pop()
        try:
            status = os.stat(folder)
            entries = list(os.scandir(folder))
        except OSError:
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.name.lower().endswith((*GRIDS, *MESHES)) and os.path.isfile(entry.path):
                found.append(os.path.relpath(entry.path, path))
            elif os.path.isdir(entry.path):
                left.append(entry.path)
    return sorted(found)


def _partners(pictures: list[str], shapes: list[str]) -> dict[str, str]:
    """Picture -> the shape that it shows, of the pictures that have one."""
    named = {_stem(file): file for file in shapes}
    single = {}
    for file in shapes:
        single.setdefault(str(PurePath(file).parent), []).append(file)
    found = {}
    for picture in pictures:
        alone = single.get(str(PurePath(picture).parent), ())
        if _stem(picture) in named:
            found[picture] = named[_stem(picture)]
        elif len(alone) == 1 and len(shapes) > 1:
            found[picture] = alone[0]
    return found


def _split_of(file: str) -> str:
    """The split whose folder a file lies in; "" where in none."""
    folders = PurePath(file).parts[:-1]
    return next((SPLITS[f.lower()] for f in folders if f.lower() in SPLITS), "")


def _inside_splits(items: list[Item]) -> tuple[list[Item], tuple[str, ...]]:
    """The items inside of splits, if there are splits; and a remark on the shapes beside them."""
    inside = [item for item in items if _split_of(item.shape)]
    beside = {item.shape for item in items if not _split_of(item.shape)}
    if not inside or not beside:
        return items, ()
    named = " and ".join(f"{split}/" for split in sorted({_split_of(i.shape) for i in inside}))
    return inside, (f"passed over: {len(beside):,} shapes beside {named}",)


def _stem(file: str) -> str:
    """A path without its ending, and without folders that are sides of pairs."""
    *folders, name = PurePath(file).parts
    return "/".join([f for f in folders if f.lower() not in _SIDES] + [PurePath(name).stem])


class ShapeSource(Source):
    """Shapes of a folder as voxels, with views as inputs where there are pictures.

    Args:
        path: The folder.
        name: What it is called.
        items: What lies in it. All views of a shape are in one split.
        reading: `up`, `fit`, `strict` and `tolerance`.
        remarks: For the user.
    """

    kind = "voxels"
    channels = 1
    usual_size = 32

    def __init__(
        self,
        path: Path,
        name: str,
        items: list[Item],
        reading: Reading,
        remarks: tuple[str, ...] = (),
    ):
        self.path, self.name, self._reading = path, name, reading
        self._items, beside = _inside_splits(items)
        self.count, self._found, self._open = len(self._items), remarks + beside, 0
        self._shapes = sorted({item.shape for item in self._items})
        self._faults = Faults(path, len(self._shapes), reading, "shapes")
        self._read_classes()
        if self._items[0].view is not None:
            self._read_headers()

    def _read_classes(self) -> None:
        parts = [PurePath(file).parts[:-1] for file in self._shapes]
        self._splits = np.array([_split_of(file) for file in self._shapes])
        # Without views there are no sides, and what is called like one is a class, or around all.
        sides = _SIDES
        if self._items[0].view is None:
            sides = _SIDES.intersection(*({f.lower() for f in folders} for folders in parts))
        plain = [[f for f in p if f.lower() not in {*SPLITS, *sides}] for p in parts]
        # The outermost folder is the class, where all shapes lie in one.
        words = sorted({folders[0] for folders in plain if folders})
        self._labels = None
        if all(plain) and 2 <= len(words) <= min(MOST_CLASSES, len(self._shapes) - 1):
            self._labels = np.array([words.index(folders[0]) for folders in plain], np.int32)
            self.factors = {"label": tuple(map(printable, words))}
            self.modes = ("label",) if balanced(self._labels) else ()

    def _read_headers(self) -> None:
        headers = {}
        for item in self._items:
            try:
                headers[item.view] = read_header(self.path / item.view)
            except Unreadable as fault:
                self._faults.add({item.view: str(fault)})
        if not headers:
            raise Refused(f"{self.name}: none of its pictures can be read")
        self._items = [item for item in self._items if item.view in headers]
        self.count = len(self._items)
        self.input_channels = 1 if all(header.grey for header in headers.values()) else 3
        shortest = min(min(header.size) for header in headers.values())
        side = min(shortest // _STEP * _STEP, _LARGEST_VIEW)
        self.input_size = (max(side, _SMALLEST_VIEW),) * 2

    @property
    def remarks(self) -> tuple[str, ...]:
        """As `Source.remarks`; of loaded shapes also on open surfaces."""
        if not self._open:
            return self._found + self._faults.remarks()
        what = "mesh is" if self._open == 1 else "meshes are"
        told = f"{self._open:,} {what} open: what an open surface encloses stays empty"
        return (*self._found, told, *self._faults.remarks())

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`."""
        return self._faults.reasons

    def load(self, split, size, count, seed):
        """As `Source.load`; `size` is the side of the grids, `count` and `seed` change nothing."""
        side = side_of(size)
        if not SMALLEST <= side <= LARGEST:
            raise Refused(
                f"{self.name} gives voxels of {SMALLEST} to {LARGEST} cells a side, not {side}"
            )
        items = self._in_split(split)
        shapes = {"samples": (len(items), side, side, side, 1)}
        if self.input_size is not None:
            shapes["inputs"] = (len(items), *self.input_size, self.input_channels)
        found = cache.cached(
            f"shapes-{side}", self._key(items, shapes), shapes, lambda rows: self._fill(items, rows)
        )
        kept = found.factors.pop("open", np.zeros(0, bool))
        if split == "train":
            self._open = int(kept.sum())
        # Never out of the cache: a shape's number depends on which other classes there are.
        found.factors.pop("label", None)
        if self._labels is not None:
            labels = dict(zip(self._shapes, self._labels.tolist(), strict=True))
            read = [item for item in items if not {item.shape, item.view} & found.left_out.keys()]
            found.factors["label"] = np.array([labels[item.shape] for item in read], np.int32)
        self._faults.add(found.left_out)
        return found

    def _in_split(self, split: str) -> list[Item]:
        index = divided(
            self._splits, split_of(split), self._shapes, self._labels, self._reading.splitting
        )
        chosen = {self._shapes[i] for i in index}
        return [item for item in self._items if item.shape in chosen]

    def _key(self, items: list[Item], shapes: dict) -> dict:
        stamps = []
        for item in items:
            for file in filter(None, (item.shape, item.view)):
                status = os.stat(self.path / file)
                stamps.append((file, status.st_size, status.st_mtime_ns))
        listed = hashlib.sha256(repr(stamps).encode("utf-8", "backslashreplace")).hexdigest()
        key = {"shapes of": str(resolved(self.path)), "files": listed, "shapes": shapes}
        return key | {"up": self._reading.up, "fit": self._reading.fit, "version": 1}

    def _fill(self, items: list[Item], rows: dict[str, np.ndarray]) -> SampleSet:
        side, reasons, kept, opened = rows["samples"].shape[1], {}, [], []
        last, grid, closed = None, None, True
        with counted(f"reading {len(items):,} shapes of {self.name}", len(items)) as progress:
            for number, item in enumerate(items):
                progress(number + 1)
                try:
                    if item.shape != last:
                        last = None
                        grid, closed = read_shape(self.path / item.shape, side, self._reading.up)
                        last = item.shape
                    if item.view is not None:
                        rows["inputs"][len(kept)] = self._view(item.view)
                except (Unusable, Unreadable) as fault:
                    reasons[item.shape if last is None else item.view] = str(fault)
                    continue
                rows["samples"][len(kept)] = grid
                opened.append(not closed)
                kept.append(item)
        if len(self._shapes) == 1 and reasons:
            raise Refused(f"{self.name}: {', '.join(reasons.values())}")
        # Before anything is cached.
        self._faults.add(reasons)
        if not kept and items:
            raise Refused(f"{self.name}: none of its shapes can be read")
        factors = {"open": np.array(opened, bool)}
        rows = {name: array[: len(kept)] for name, array in rows.items()}
        return SampleSet(**rows, factors=factors, left_out=reasons)

    def _view(self, file: str) -> np.ndarray:
        picture = decode(self.path / file, self.input_channels)
        picture = fitted(picture, self.input_size, self._reading.fit)
        return np.asarray(picture).reshape(*self.input_size, self.input_channels)

    def name_of(self, split, index, left_out):
        """The file of a shape, or of its view."""
        items = [i for i in self._in_split(split) if not {i.shape, i.view} & left_out.keys()]
        return printable(items[index].view or items[index].shape)
