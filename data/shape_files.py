"""Files that hold one shape: grids (.binvox, .mat, .npy, .npz) and triangle meshes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data import npz
from data.disk import is_of_another, pass_on_failure
from data.errors import Refused
from data.meshes import Mesh, read_off
from data.reading import Up
from data.surfaces import trimesh_for
from data.voxels import resized

#: Endings of files with a grid, and of files with a mesh.
GRIDS, MESHES = (".binvox", ".mat", ".npy", ".npz"), (".off", ".obj", ".stl", ".ply")
MESHES += (".glb", ".gltf")
#: Endings that nothing but shapes has.
SHAPES_ALONE = (".binvox", *MESHES)
#: The largest side of a grid that is read, in cells, and the largest file of a mesh, in bytes.
MOST_CELLS, MOST_BYTES = 512, 1_000_000_000
# Those whose y axis points up, by their definition or by the habit of those who make them.
_Y_UP = (".binvox", ".glb", ".gltf")
# More lines than the head of a .binvox has, and more characters than one of them.
_LINES, _CHARACTERS = 20, 200


class Unusable(npz.Damaged):
    """A file of a shape that cannot be used, with the reason."""


def read_shape(path: Path, size: int, up: Up = "auto") -> tuple[np.ndarray, bool]:
    """Read a shape at a side of `size` cells.

    Grids are padded or reduced to it (`data.voxels.resized`), and meshes are voxelised at it
    (`data.meshes.voxelised`).

    Args:
        up: Which axis of the file points up; auto: y of .binvox and glTF, z of all others.

    Returns:
        bool size×size×size×1, whose last axis of the three points up; and whether the surface of a
        mesh is closed, so that its inside could be filled.

    Raises:
        Unusable: it is damaged, holds no such thing, or an empty or a full grid.
        Refused: its format needs a package that is not installed.
        EnvironmentFailure: the disk failed.
    """
    ending = path.suffix.lower()
    upright = up == "z" or (up == "auto" and ending not in _Y_UP)
    if ending in MESHES:
        mesh = read_mesh(path)
        if not upright:
            mesh = Mesh(z_up(mesh.vertices), mesh.triangles)
        from data.meshes import voxelised

        return voxelised(mesh, size), is_closed(mesh)
    grid = read_grid(path)
    if not upright:
        # y becomes z, and z becomes -y, as for vertices.
        grid = grid.transpose(0, 2, 1)[:, ::-1]
    return resized(grid[None, ..., None], size)[0], True


def z_up(vertices: np.ndarray) -> np.ndarray:
    """Turn points N×3 about the x axis, so that y, which pointed up, becomes z."""
    x, y, z = vertices.T
    return np.stack([x, -z, y], axis=1)


def read_grid(path: Path) -> np.ndarray:
    """Read a grid as it lies in its file: bool S×S×S, by x, y and z.

    Raises:
        Unusable, EnvironmentFailure: as `read_shape`.
    """
    try:
        with npz.noticing_damage():
            grid = _READERS[path.suffix.lower()](path)
    except Unusable:
        raise
    except (OSError, npz.Damaged) as fault:
        pass_on_failure(fault, path)
        raise Unusable(_because(fault, path)) from fault
    if not grid.any():
        raise Unusable("an empty grid")
    if grid.all():
        raise Unusable("a full grid")
    return grid


def read_mesh(path: Path) -> Mesh:
    """Read a mesh; several in one file are taken together, where the file says they stand.

    Raises:
        Unusable, Refused, EnvironmentFailure: as `read_shape`.
    """
    try:
        if os.stat(path).st_size > MOST_BYTES:
            raise Unusable(f"more than {MOST_BYTES // 10**6:,} MB")
        if path.suffix.lower() == ".off":
            return read_off(path)
    except Refused as no:
        raise Unusable(str(no)) from no
    except OSError as fault:
        pass_on_failure(fault, path)
        raise Unusable(_because(fault, path)) from fault
    trimesh = trimesh_for(path.suffix.lower())
    try:
        with npz.noticing_damage():
            found = trimesh.load(path, force="mesh", process=False, skip_materials=True)
            vertices = np.asarray(found.vertices, np.float32).reshape(-1, 3)
            triangles = np.asarray(found.faces, np.int32).reshape(-1, 3)
    except (OSError, npz.Damaged) as fault:
        pass_on_failure(fault, path)
        raise Unusable(_because(fault, path)) from fault
    if not len(triangles):
        raise Unusable("a mesh without faces")
    if not np.isfinite(vertices).all():
        raise Unusable("corners that are not finite")
    if triangles.min() < 0 or triangles.max() >= len(vertices):
        raise Unusable("faces with corners that are not there")
    return Mesh(vertices, triangles)


def is_closed(mesh: Mesh) -> bool:
    """Return whether a mesh encloses something: each edge belongs to an even number of faces.

    Corners at the same place count as one: .stl files have each as often as it is used.
    """
    _, corner = np.unique(mesh.vertices, axis=0, return_inverse=True)
    faces = corner.reshape(-1)[mesh.triangles]
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    # What has become a point or a line borders on nothing.
    edges = edges[edges[:, 0] != edges[:, 1]]
    counts = np.unique(edges, axis=0, return_counts=True)[1]
    return bool(len(edges)) and bool((counts % 2 == 0).all())


def _check_sides(shape: tuple[int, ...]) -> None:
    """Refuse a grid that is no cube, or absurdly large; before memory is taken."""
    if len(shape) != 3 or len(set(shape)) != 1 or not 1 <= shape[0] <= MOST_CELLS:
        told = "×".join(map(str, shape)) or "a single number"
        raise Unusable(f"a grid of {told}; legal is S×S×S with S up to {MOST_CELLS}")


def _solid(values: np.ndarray) -> np.ndarray:
    """Occupancy as bool: numbers from 0 to 1, cut at ½."""
    if values.dtype == bool:
        return values
    if values.dtype.kind not in "uif":
        raise Unusable(f"a grid of {values.dtype}; legal are numbers from 0 to 1")
    if not (values.min() >= 0 and values.max() <= 1):
        raise Unusable(f"values from {values.min():g} to {values.max():g}; legal are 0 to 1")
    return values > 0.5


def _read_binvox(path: Path) -> np.ndarray:
    """Read a .binvox (Patrick Min): a head, and runs of equal voxels, y fastest, then z, then x."""
    side = None
    with open(path, "rb") as file:
        if not file.readline(_CHARACTERS).startswith(b"#binvox"):
            raise Unusable("no .binvox: it does not begin with #binvox")
        for _ in range(_LINES):
            word, *rest = file.readline(_CHARACTERS).split() or [b""]
            if word == b"dim":
                sides = tuple(int(number) for number in rest)
                _check_sides(sides)
                side = sides[0]
            if word == b"data":
                break
        else:
            raise Unusable("a .binvox without data")
        if side is None:
            raise Unusable("a .binvox without dim")
        # No run is shorter than a voxel.
        runs = np.frombuffer(file.read(2 * side**3), np.uint8)
    values, counts = runs[: len(runs) // 2 * 2].reshape(-1, 2).T
    if counts.sum(dtype=np.int64) != side**3:
        raise Unusable(
            f"truncated or damaged: {counts.sum(dtype=np.int64):,} of {side**3:,} voxels"
        )
    grid = np.repeat(_solid(values), counts).reshape(side, side, side)
    return grid.transpose(0, 2, 1)


def _read_mat(path: Path) -> np.ndarray:
    """Read a MATLAB file (up to version 7) with one grid, as 3D ShapeNets' are."""
    # Takes a while to import, and few sets need it.
    from scipy.io import loadmat, whosmat

    # Of a path SciPy would not say why it cannot be opened.
    with open(path, "rb") as file:
        shapes = {name: shape for name, shape, _ in whosmat(file)}
    grids = [name for name, shape in shapes.items() if len(shape) == 3]
    if len(grids) != 1:
        found = ", ".join(f"{n} {'×'.join(map(str, s))}" for n, s in shapes.items()) or "nothing"
        raise Unusable(f"it holds {found}; legal is one grid S×S×S")
    _check_sides(shapes[grids[0]])
    with open(path, "rb") as file:
        return _solid(loadmat(file, variable_names=grids)[grids[0]])


def _read_npy(path: Path) -> np.ndarray:
    # Mapped, no value is read before the shape is known.
    values = np.load(path, mmap_mode="r", allow_pickle=False)
    _check_sides(_sides(values.shape))
    return _solid(np.array(values).reshape(_sides(values.shape)))


def _read_npz(path: Path) -> np.ndarray:
    shapes = npz.shapes(path)
    grids = [n for n, shape in shapes.items() if len(_sides(shape)) == 3]
    name = "voxels" if "voxels" in grids else grids[0] if len(grids) == 1 else None
    if name is None:
        raise Unusable(f"it holds {', '.join(shapes) or 'nothing'}; legal is one grid S×S×S")
    _check_sides(_sides(shapes[name]))
    values = npz.read(path, [name])[name]
    return _solid(values.reshape(_sides(values.shape)))


def _sides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The sides of one grid, without axes of length 1 before or behind."""
    if len(shape) == 4:
        return shape[1:] if shape[0] == 1 else shape[:3] if shape[3] == 1 else shape
    return shape


def _because(fault: Exception, path: Path) -> str:
    if isinstance(fault, OSError) and fault.errno:
        needed = is_of_another(fault, path)
        return f"it needs {fault.filename}: {fault.strerror}" if needed else str(fault.strerror)
    if "allow_pickle" in str(fault) or "Python objects" in str(fault):
        return "it holds Python objects; only plain arrays are read"
    if "HDF reader" in str(fault):
        return "a MATLAB file of version 7.3; legal is one saved with -v7"
    return f"truncated, damaged, or no {path.suffix.lower()}"


_READERS: dict[str, Callable[[Path], np.ndarray]] = {
    ".binvox": _read_binvox,
    ".mat": _read_mat,
    ".npy": _read_npy,
    ".npz": _read_npz,
}
