"""Three-dimensional shapes as triangles, in the Object File Format (.off) of ModelNet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from data.errors import Refused
from data.figure import new_figure, to_picture
from data.listing import printable
from data.source import Source
from data.splits import divided, split_of

# A file with more is no shape of a data set.
_MOST = 20_000_000
# Triangles of a shape on a sheet.
_DRAWN = 4000


@dataclass(frozen=True)
class Mesh:
    """A surface of triangles."""

    #: float32, V×3.
    vertices: np.ndarray
    #: int32, F×3: the vertices of each triangle.
    triangles: np.ndarray


class MeshSource(Source):
    """Shapes in a folder CLASS/train/x.off, CLASS/test/y.off, as ModelNet has them.

    Args:
        folder: Gives the folder; called when the shapes are wanted.
        classes: The folders in it.
        count: Shapes for training.
    """

    kind = "meshes"
    channels = 3

    def __init__(self, name: str, folder: Callable[[], Path], classes: tuple, count: int):
        self.name, self._folder, self.count = name, folder, count
        self.factors = {"label": classes}

    def describe_sizes(self) -> str:
        """Shapes have none."""
        return "any size"

    def load(self, split, size, count, seed):
        """Never: shapes are no pictures; see `files`."""
        raise Refused(f"{self.name} holds shapes, not pictures")

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
        index = divided(np.array(splits), split_of(split))
        if not index.size:
            raise Refused(f"{self.name}: no shapes for '{split}' in {printable(top)}")
        return [files[i] for i in index], np.array(labels, np.int32)[index]


def read_off(path: Path) -> Mesh:
    """A mesh from an .off file; faces of more than three corners become fans of triangles.

    In some of ModelNet's files the counts follow the word OFF on its line, without a space.

    Raises:
        Refused: it is no such file.
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
        raise Refused(f"{printable(path)} cannot be read as .off ({fault})") from fault
    return Mesh(vertices, triangles)


def sheet(meshes: list[Mesh]) -> Image.Image:
    """Shapes side by side, seen from above and the side."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    columns = min(len(meshes), 4)
    rows = -(-len(meshes) // columns)
    figure = new_figure(2 * columns, 2 * rows)
    for number, mesh in enumerate(meshes, 1):
        axes = figure.add_subplot(rows, columns, number, projection="3d")
        low, high = mesh.vertices.min(0), mesh.vertices.max(0)
        half = max(float((high - low).max()) / 2, 1e-6)
        corners = mesh.vertices[mesh.triangles]
        # A thin sheet of many triangles is as telling as all of them.
        corners = corners[:: max(1, len(corners) // _DRAWN)]
        axes.add_collection3d(Poly3DCollection(corners, shade=True, facecolors="tan"))
        middle = (low + high) / 2
        for axis, centre in zip("xyz", middle, strict=True):
            getattr(axes, f"set_{axis}lim")(centre - half, centre + half)
        axes.set_axis_off()
    return to_picture(figure)
