"""Closed surfaces of voxel grids, and how they are laid out and written as triangle meshes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from data.errors import Refused
from data.files import atomic_write
from data.meshes import Mesh
from data.own import MARK

# From one grid's middle to the next one's, in sides of a grid.
_APART = 1.25


def surface(occupancy: np.ndarray, level: float = 0.5) -> Mesh:
    """Find the closed surface of a grid by marching cubes (Lewiner et al. 2003).

    Where occupancies are shares, not just 0 and 1, it lies between cells as they say, and is
    smooth. What lies outside the grid counts as empty, so the surface is closed there, too.

    Args:
        occupancy: S×S×S or S×S×S×1, in [0, 1] or bool; the last axis of the three points up.
        level: The occupancy at which the surface lies.

    Returns:
        A mesh in sides of the grid, which goes from -½ to ½ along each axis. Its triangles run
        counterclockwise, seen from outside.

    Raises:
        Refused: nothing is occupied.
    """
    # Takes a while to import, and few commands need it.
    from skimage.measure import marching_cubes

    grid = np.pad(occupancy.reshape(occupancy.shape[:3]).astype(np.float32), 1)
    if not grid.max() > level:
        raise Refused("an empty grid has no surface")
    vertices, triangles, _, _ = marching_cubes(grid, level, gradient_direction="ascent")
    # The middle of cell 0 lies half a cell from the grid's side.
    side = len(grid) - 2
    return Mesh(((vertices - 0.5) / side - 0.5).astype(np.float32), triangles.astype(np.int32))


def in_rows(meshes: Sequence[Mesh]) -> Mesh:
    """Place meshes beside each other on the ground, in as many rows as columns."""
    across = int(np.ceil(np.sqrt(len(meshes))))
    vertices, triangles, count = [], [], 0
    for number, mesh in enumerate(meshes):
        row, column = divmod(number, across)
        # The first row is the farthest: as on a sheet, seen from the front.
        vertices.append(mesh.vertices + np.float32([column * _APART, -row * _APART, 0]))
        triangles.append(mesh.triangles + count)
        count += len(mesh.vertices)
    return Mesh(np.concatenate(vertices), np.concatenate(triangles).astype(np.int32))


def write_mesh(mesh: Mesh, path: Path) -> None:
    """Write a mesh atomically, as the ending says: .obj, .ply, .stl, or .glb, whose y points up.

    Raises:
        Refused: .glb without the package trimesh.
        OSError: the file cannot be written.
    """
    content = _WRITERS[path.suffix.lower()](mesh)
    with atomic_write(path) as tmp:
        tmp.write_bytes(content)


def check_writable(ending: str) -> None:
    """Refuse an ending of a mesh that needs a package which is not installed."""
    if ending.lower() == ".glb":
        trimesh_for(ending)


def trimesh_for(ending: str):
    """Import trimesh; refuses what needs it where it is not installed."""
    try:
        import trimesh
    except ImportError:
        raise Refused(
            f"{ending} files need the package trimesh: pip install 'gan-cookbook[meshes]'"
        ) from None
    return trimesh


def _obj(mesh: Mesh) -> bytes:
    lines = [f"# {MARK}; z points up"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (mesh.triangles + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()


def _ply(mesh: Mesh) -> bytes:
    header = ["ply", "format binary_little_endian 1.0", f"comment {MARK}; z points up"]
    header += [f"element vertex {len(mesh.vertices)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"element face {len(mesh.triangles)}", "property list uchar int vertex_indices"]
    faces = np.empty(len(mesh.triangles), [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, mesh.triangles
    told = "\n".join([*header, "end_header"]) + "\n"
    return told.encode() + mesh.vertices.astype("<f4").tobytes() + faces.tobytes()


def _stl(mesh: Mesh) -> bytes:
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    kind = [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
    faces = np.zeros(len(corners), kind)
    faces["normal"], faces["corners"] = normals, corners
    return MARK.encode().ljust(80) + np.uint32(len(faces)).tobytes() + faces.tobytes()


def _glb(mesh: Mesh) -> bytes:
    trimesh = trimesh_for(".glb")
    # As glTF has it: y points up, and the front is towards larger z.
    x, y, z = mesh.vertices.T
    turned = np.stack([x, z, -y], axis=1)
    return trimesh.Trimesh(turned, mesh.triangles, process=False).export(file_type="glb")


_WRITERS: dict[str, Callable[[Mesh], bytes]] = {
    ".obj": _obj,
    ".ply": _ply,
    ".stl": _stl,
    ".glb": _glb,
}
#: Endings of files that a mesh can be written to.
MESH_ENDINGS = tuple(_WRITERS)
