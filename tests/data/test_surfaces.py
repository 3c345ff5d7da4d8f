"""Closed surfaces of grids, their files, and which way everything points."""

import numpy as np
import pytest

from common.metrics.shapes import iou
from data import meshes, surfaces, voxels
from data.errors import Refused
from data.made import open_world
from data.shape_files import is_closed, read_mesh, read_shape

PIECES = open_world("furniture").world.draw(np.arange(10), 32).samples


def sphere(side=40, radius=15.0):
    """Occupancies of a ball in the middle, soft by a cell."""
    away = np.sqrt(((np.indices((side,) * 3) + 0.5 - side / 2) ** 2).sum(0))
    return np.clip(radius - away + 0.5, 0, 1)


def volume(mesh):
    """The volume that a closed mesh encloses; negative where its faces look inwards."""
    a, b, c = mesh.vertices[mesh.triangles].astype(float).swapaxes(0, 1)
    return (np.cross(a, b) * c).sum() / 6


def stairs(side=16):
    """A solid that touches all sides of the grid, and looks another way from each of them."""
    grid = np.zeros((side,) * 3, bool)
    half = side // 2
    grid[:, :, :4] = True
    grid[:4, :half, :] = True
    grid[:half, :4, :half] = True
    return grid


@pytest.mark.parametrize("occupancy", [sphere(), sphere() > 0.5], ids=["soft", "solid"])
def test_the_surface_of_a_ball_is_closed_and_has_its_volume(occupancy):
    mesh = surfaces.surface(occupancy)
    edges = np.concatenate([mesh.triangles[:, pair] for pair in ((0, 1), (1, 2), (2, 0))])
    _, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    assert (counts == 2).all() and is_closed(mesh)
    # Positive: seen from outside, faces run counterclockwise.
    assert volume(mesh) == pytest.approx(4 / 3 * np.pi * (15 / 40) ** 3, rel=0.02)
    assert np.abs(mesh.vertices.mean(0)).max() < 1e-3
    lidless = meshes.Mesh(mesh.vertices, mesh.triangles[:-1])
    assert not is_closed(lidless)


def test_a_full_grid_is_a_cube_and_an_empty_one_nothing():
    mesh = surfaces.surface(np.ones((8, 8, 8, 1), bool))
    assert is_closed(mesh) and mesh.vertices.min() == -0.5 and mesh.vertices.max() == 0.5
    with pytest.raises(Refused, match="an empty grid has no surface"):
        surfaces.surface(np.zeros((8, 8, 8), bool))


def test_furniture_has_closed_surfaces():
    for piece in PIECES:
        mesh = surfaces.surface(piece)
        assert is_closed(mesh) and volume(mesh) == pytest.approx(piece.mean(), rel=0.35)


def turned(grid):
    """The same grid about each axis, and its mirror images."""
    yield from (np.rot90(grid, k, axes) for axes in ((0, 1), (0, 2), (1, 2)) for k in (1, 2, 3))
    yield from (grid[::-1], grid[:, ::-1], grid[..., ::-1], grid.transpose(1, 0, 2))


@pytest.mark.parametrize("ending", surfaces.MESH_ENDINGS)
def test_what_is_written_is_read_again_the_same_way_round(tmp_path, ending):
    """No axis is swapped and none is mirrored, whatever points up in the file."""
    pytest.importorskip("trimesh")
    grid = stairs()
    surfaces.write_mesh(surfaces.surface(grid), path := tmp_path / f"a{ending}")
    again, closed = read_shape(path, 16)
    # But for cells in whose side the surface lies.
    right, *wrong = (iou(again[None], w[None])[0] for w in (grid, *turned(grid)))
    assert closed and right > 0.75 and max(wrong) < right - 0.05
    # The middle of the grid is the origin, and its side is 1.
    corners = read_mesh(path).vertices
    np.testing.assert_allclose([corners.min(), corners.max()], [-0.5, 0.5], atol=1e-6)


def test_gltf_needs_a_package(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "trimesh", None)
    with pytest.raises(Refused, match=r"\.glb files need the package trimesh: pip install 'gan-"):
        surfaces.check_writable(".glb")
    surfaces.check_writable(".obj")


def test_several_stand_in_rows():
    one = surfaces.surface(PIECES[0])
    rows = surfaces.in_rows([one] * 3)
    assert len(rows.triangles) == 3 * len(one.triangles) and is_closed(rows)
    wide, deep, high = np.ptp(rows.vertices, axis=0) - np.ptp(one.vertices, axis=0)
    assert (wide, deep, high) == pytest.approx((1.25, 1.25, 0))


def test_turning_a_view_is_turning_the_grid():
    """Counterclockwise, seen from above: exactly what numpy's rot90 does to the first axes."""
    some = PIECES[:3]
    seen = voxels.turned(some, (0, 90, 180, 450))
    np.testing.assert_array_equal(seen[0], voxels.views(some))
    np.testing.assert_array_equal(seen[1], voxels.views(np.rot90(some, 1, (1, 2))))
    np.testing.assert_array_equal(seen[2], voxels.views(np.rot90(some, 2, (1, 2))))
    np.testing.assert_array_equal(seen[3], seen[1])
    assert (seen[1] != voxels.views(np.rot90(some, -1, (1, 2)))).any()
