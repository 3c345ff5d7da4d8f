"""Shapes as inference makes them: their views, animations, arrays and meshes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from common.commands.made import ENDINGS, Made, writing
from data.contact import TURN
from data.errors import Refused
from data.files import clear_asides
from data.listing import printable
from data.plurals import number_of
from data.progress import counted
from data.resize import all_fitted
from data.sheet import grid, save, save_moving, side_by_side
from data.surfaces import MESH_ENDINGS, in_rows, surface, write_mesh
from data.voxels import VIEW, turned, views

#: Endings of files that shapes can be written to.
SHAPE_ENDINGS = (*ENDINGS, *MESH_ENDINGS)
#: Occupancies above it are solid.
THRESHOLD = 0.5
# Angles of a turning shape, in degrees.
_ANGLES = range(0, 360, 15)


@dataclass(frozen=True)
class Shapes(Made):
    """Shapes of voxels: `samples` are occupancies, float32 N×S×S×S×1 in [0, 1]."""

    kind: str = "shapes"
    title: str = "shapes"
    #: Ending of the meshes, where each shape has a file of its own.
    mesh: str = ".obj"
    #: What each shape is called; none: they are numbered.
    names: tuple[str, ...] = ()

    @property
    def solid(self) -> np.ndarray:
        """The grids, bool N×S×S×S×1."""
        return self.samples > THRESHOLD

    def sheet(self) -> Image.Image:
        """Draw all shapes shaded, to the right of the pictures that they are predicted from."""
        return self._laid_out(views(self.solid))

    def _laid_out(self, seen: np.ndarray) -> Image.Image:
        if "input" in self.inputs:
            return side_by_side(all_fitted(self.inputs["input"], VIEW), seen)
        # A frame of a morph has one shape of each row.
        columns = self.columns if len(seen) == len(self.samples) else None
        return grid(seen, columns, self.numbered)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as arrays by name: `occupancy`, `voxels` (bool), and the inputs."""
        return {"occupancy": self.samples, "voxels": self.solid, **self.inputs}

    def write(self, path: Path) -> None:
        """Write a mesh, a turning .webp, an .npz, or a sheet, as the ending says.

        Raises:
            Refused: a mesh of shapes that are all empty.
            EnvironmentFailure: the file cannot be written.
        """
        ending = path.suffix.lower()
        if ending in MESH_ENDINGS:
            full = [shape for shape in self.samples if shape.max() > THRESHOLD]
            _tell_empty(len(self.samples) - len(full))
            # Of nothing but empty ones, the first is refused.
            mesh = in_rows([surface(shape) for shape in full or self.samples[:1]])
            with writing(path):
                write_mesh(mesh, path)
        elif ending == ".webp":
            with writing(path):
                frames = [self._laid_out(seen).convert("RGB") for seen in self._frames()]
                save_moving(frames, path, TURN)
        else:
            super().write(path)

    def _frames(self) -> Iterator[np.ndarray]:
        """The views of each frame: the shapes turn or, interpolated, become each other."""
        if self.title == "interpolation":
            steps = self.solid.reshape(-1, self.columns, *self.samples.shape[1:]).swapaxes(0, 1)
            seen = [views(step) for step in steps]
            yield from [*seen, *seen[-2:0:-1]]
            return
        words = f"turning {number_of(len(self.samples), 'shapes')}"
        parts = []
        with counted(words, len(self.samples)) as progress:
            for number, shape in enumerate(self.solid, 1):
                parts.append(turned(shape[None], _ANGLES))
                progress(number)
        yield from np.concatenate(parts, axis=1)

    def write_each(self, folder: Path, prefix: str, overwrite: bool = False) -> list[Path]:
        """Write each shape's view (.png), turntable (.webp) and mesh, and all arrays (.npz).

        They are called PREFIX-0001 and so on, or as `names` has it.

        Raises:
            Refused: files of these names are there already.
            EnvironmentFailure: a file cannot be written.
        """
        names = self.names or tuple(f"{prefix}-{n:04}" for n in range(1, len(self.samples) + 1))
        files = [f"{name}{ending}" for name in names for ending in (".png", ".webp", self.mesh)]
        files.append(f"{prefix}.npz")
        taken = [file for file in files if (folder / file).exists()]
        if taken and not overwrite:
            raise Refused(
                f"--out {printable(folder)} holds {taken[0]} already; legal are another folder, or "
                "--overwrite"
            )
        clear_asides(folder)
        paths, empty = [folder / f"{prefix}.npz"], 0
        super().write(paths[0])
        with counted(f"writing {number_of(len(names), 'shapes')}", len(names)) as progress:
            for number, (name, shape) in enumerate(zip(names, self.samples, strict=True), 1):
                frames = turned(shape[None] > THRESHOLD, _ANGLES)
                view, turning = folder / f"{name}.png", folder / f"{name}.webp"
                with writing(view):
                    save(grid(frames[0]), view)
                with writing(turning):
                    save_moving([grid(f).convert("RGB") for f in frames], turning, TURN)
                paths += [view, turning]
                if shape.max() > THRESHOLD:
                    mesh = folder / f"{name}{self.mesh}"
                    with writing(mesh):
                        write_mesh(surface(shape), mesh)
                    paths.append(mesh)
                else:
                    empty += 1
                progress(number)
        _tell_empty(empty)
        return paths


def _tell_empty(count: int) -> None:
    if count:
        words = "shapes are" if count > 1 else "shape is"
        print(f"note: {count:,} {words} empty, and without a mesh", file=sys.stderr)
