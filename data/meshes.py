"""Triangle meshes in the Object File Format (.off) of ModelNet, and their voxels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from data import cache
from data.disk import pass_on_failure
from data.errors import Refused
from data.listing import printable
from data.progress import counted
from data.reading import Splitting
from data.samples import SampleSet
from data.source import Source
from data.splits import divided, split_of
from data.voxels import LARGEST, SMALLEST, side_of

# A file with more is no shape of a data set.
_MOST = 20_000_000
# Distance of samples on a surface, in cells. Two cells on either side of the surface share a
# face; where the line between their centres meets the surface, a sample lies within ½/√3 cells,
# and so in one of them: no gap is left through which the inside could be taken for outside.
_SPACING = 0.5
# Samples that are held in memory.
_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh."""

    #: float32, V×3.
    vertices: np.ndarray
    #: int32, F×3: the vertices of each triangle.
    triangles: np.ndarray


class MeshSource(Source):
    """Voxels of the shapes in CLASS/train/x.off, CLASS/test/y.off, the layout of ModelNet.

    Args:
        folder: Gives the folder; called when the shapes are loaded.
        classes: The folders in it.
        count: Shapes for training.
        way: How shapes for validation are held out, see `data.splits.hold_out`.
    """

    kind = "voxels"
    channels = 1
    usual_size = 32

    def __init__(
        self,
        name: str,
        folder: Callable[[], Path],
        classes: tuple,
        count: int,
        way: Splitting = "hash",
    ):
        self.name, self._folder, self.count, self._way = name, folder, count, way
        self.factors = {"label": classes}

    def load(self, split, size, count, seed):
        """As `Source.load`; `size` is the side of the grids, `count` and `seed` change nothing."""
        side = side_of(size)
        if not SMALLEST <= side <= LARGEST:
            raise Refused(
                f"{self.name} gives voxels of {SMALLEST} to {LARGEST} cells a side, not {side}"
            )
        files, labels = self.files(split)
        stamps = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        shapes = {"samples": (len(files), side, side, side, 1)}
        key = {"meshes": self.name, "shapes": shapes, "version": 1}
        key |= {"files": hashlib.sha256(repr(stamps).encode()).hexdigest()}

        def fill(rows: dict[str, np.ndarray]) -> SampleSet:
            words = f"voxelising {self.name} at {side}×{side}×{side}"
            with counted(words, len(files)) as progress:
                for number, file in enumerate(files):
                    rows["samples"][number] = voxelised(read_off(file), side)
                    progress(number + 1)
            return SampleSet(rows["samples"], {"label": labels})

        return cache.cached(f"{self.name}-{side}", key, shapes, fill)

    def name_of(self, split, index, left_out):
        """The file that a shape was read from."""
        return printable(self.files(split)[0][index].name)

    def files(self, split: str) -> tuple[list[Path], np.ndarray]:
        """The files of a split, and the class of each, int32.

        Raises:
            Refused: there are none.
            EnvironmentFailure: the set cannot be fetched.
        """
        folder = self._folder()
        classes = self.factors["label"]
        # The archive holds one folder around the classes.
        tops = [folder, *(place for place in sorted(folder.iterdir()) if place.is_dir())]
        top = next((place for place in tops if (place / classes[0]).is_dir()), folder)
        files, splits, labels = [], [], []
        for number, name in enumerate(classes):
            for own in ("train", "test"):
                found = sorted((top / name / own).glob("*.off"))
                files += found
                splits += [own] * len(found)
                labels += [number] * len(found)
        names = [f"{file.parent.name}/{file.stem}" for file in files]
        index = divided(np.array(splits), split_of(split), names, np.array(labels), self._way)
        if not index.size:
            raise Refused(f"{self.name}: no shapes for '{split}' in {printable(top)}")
        return [files[i] for i in index], np.array(labels, np.int32)[index]


def read_off(path: Path) -> Mesh:
    """Read a mesh from an .off file; larger faces become fans of triangles.

    In some of ModelNet's files the counts follow the word OFF on its line, without a space.

    Raises:
        Refused: it is no such file.
        EnvironmentFailure: the disk failed.
    """
    try:
        lines = [line.split("#")[0].split() for line in path.read_text("ascii").splitlines()]
        words = [line for line in lines if line]
        first = words[0]
        if not first[0].startswith("OFF"):
            raise ValueError("no OFF")
        glued = [word for word in (first[0].removeprefix("OFF"), *first[1:]) if word]
        counts, rest = (glued, words[1:]) if glued else (words[1], words[2:])
        many, faces = int(counts[0]), int(counts[1])
        if not (0 < many <= _MOST and 0 < faces <= _MOST and len(rest) >= many + faces):
            raise ValueError("not as many lines as it says")
        vertices = np.array([line[:3] for line in rest[:many]], np.float32)
        triangles = []
        for line in rest[many : many + faces]:
            corners = [int(word) for word in line[1 : 1 + int(line[0])]]
            triangles += [(corners[0], *two) for two in pairwise(corners[1:])]
        triangles = np.array(triangles, np.int32).reshape(-1, 3)
        if not np.isfinite(vertices).all() or triangles.min() < 0 or triangles.max() >= many:
            raise ValueError("corners that are not there")
    except (OSError, ValueError, IndexError, OverflowError) as fault:
        pass_on_failure(fault, path)
        raise Refused(f"{printable(path)} cannot be read as .off ({fault})") from fault
    return Mesh(vertices, triangles)


def voxelised(mesh: Mesh, size: int) -> np.ndarray:
    """Voxelise a mesh: the cells that its surface passes through, and those that it encloses.

    The mesh is centred, and its longest side fills the grid. What a surface with holes
    encloses stays empty.

    Returns:
        bool size×size×size×1, with the mesh's axes.
    """
    # Takes a while to import, and few sets need it.
    from scipy.ndimage import binary_fill_holes

    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    scale = size / max(float((high - low).max()), 1e-9)
    corners = ((mesh.vertices - (low + high) / 2) * scale + size / 2)[mesh.triangles]
    grid = np.zeros((size,) * 3, bool)
    for points in _samples(corners.astype(np.float32)):
        cells = np.clip(np.floor(points).astype(int), 0, size - 1)
        grid[tuple(cells.T)] = True
    return binary_fill_holes(grid)[..., None]


def _samples(corners: np.ndarray):
    """Yield points on triangles F×3×3, so dense that none is farther than `_SPACING` apart."""
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(1)
    steps = np.maximum(1, np.ceil(longest / _SPACING).astype(int))
    for count in np.unique(steps):
        # Barycentric coordinates of a lattice on the triangle.
        first, second = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
        inside = first + second <= count
        weights = np.stack([first[inside], second[inside], (count - first - second)[inside]], 1)
        weights = (weights / count).astype(np.float32)
        some = corners[steps == count]
        at_once = max(1, _AT_ONCE // len(weights))
        for start in range(0, len(some), at_once):
            yield (weights @ some[start : start + at_once]).reshape(-1, 3)
