"""Voxels: from arrays and meshes, resized, cached, and seen."""

import h5py
import numpy as np
import pytest

import data
from data import meshes, voxels
from data.contact import sheet_of
from data.samples import SampleSet
from data.splits import hold_out
from tests.conftest import ROOT, refused

GRIDS = np.random.default_rng(0).random((130, 8, 8, 8)) < 0.3


def save(path, **arrays):
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for key, value in arrays.items():
                file[key] = value
    return path


def load(path, split="train", size=8):
    return data.find(str(path)).load(split, size, 0, 0)


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_a_split_that_holds_none_is_empty(tmp_path, name):
    """As of pictures: few of them are all for training."""
    path = save(tmp_path / name, voxels=GRIDS[:20])
    assert [len(load(path, split)) for split in ("train", "validation", "test")] == [20, 0, 0]


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
@pytest.mark.parametrize("key", ["voxels", "shapes"])
@pytest.mark.parametrize("kind", [bool, np.uint8])
@pytest.mark.parametrize("channel", [True, False])
def test_arrays_of_voxels(tmp_path, name, key, kind, channel):
    grids = GRIDS.astype(kind)
    path = save(tmp_path / name, **{key: grids[..., None] if channel else grids})
    source = data.find(str(path))
    assert (source.kind, source.channels, source.count) == ("voxels", 1, 130)
    assert source.describe_sizes() == "8×8×8"
    for _ in range(2):
        loaded = load(path)
        assert loaded.kind == "voxels" and loaded.samples.dtype == bool
        np.testing.assert_array_equal(loaded.samples[..., 0], GRIDS[hold_out(130, "train")])


@pytest.mark.parametrize("memory", ["1", "0"])
def test_voxels_in_the_cache(tmp_path, monkeypatch, memory):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", memory)
    path = save(tmp_path / "a.h5", voxels=GRIDS, labels=np.arange(130) % 3)
    first = load(path, "test")
    monkeypatch.setattr("data.h5_sets.H5Source._fitted", None)
    again = load(path, "test")
    assert again.samples.dtype == bool and isinstance(again.samples, np.memmap) == (memory == "0")
    np.testing.assert_array_equal(first.samples, again.samples)
    assert (
        again.factors["label"].tolist()
        == (hold_out(130, "test", classes=np.arange(130) % 3) % 3).tolist()
    )


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"voxels": GRIDS[:, :7]}, r"has the shape \(130, 7, 8, 8\); legal for voxels are \(N, S"),
        ({"voxels": GRIDS.astype(np.float32)}, "is float32; legal for voxels are bool, and uint8"),
        ({"voxels": GRIDS.astype(np.uint8) * 255}, "holds 255; legal for voxels are 0 and 1"),
        ({"voxels": GRIDS[:0]}, "is empty"),
        ({"shapes": GRIDS[:, :7]}, "holds shapes: none of"),
        ({"shapes": GRIDS, "more": GRIDS}, "holds more, shapes: none of"),
        ({"voxels": GRIDS, "labels": np.arange(3)}, "3 labels for the 130 voxels"),
    ],
)
@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_what_are_no_voxels(tmp_path, name, arrays, words):
    with pytest.raises(data.Refused, match=words) as no:
        load(save(tmp_path / name, **arrays))
    assert "\n" not in str(no.value)


def test_resizing_keeps_thin_parts_and_distorts_nothing():
    grids = np.zeros((1, 30, 30, 30, 1), bool)
    grids[0, 4, 5, 2:28] = True
    padded = voxels.resized(grids, 32)
    assert padded.sum() == grids.sum() and padded[0, 5, 6, 3:29].all()
    double = voxels.resized(grids, 60)
    assert double.sum() == 8 * grids.sum() and double[0, 8:10, 10:12, 4:56].all()
    small = voxels.resized(grids, 16)
    assert small.shape == (1, 16, 16, 16, 1)
    # The thin line is still one cell thin, and as long as it was in proportion.
    columns = small[0, ..., 0].any(2)
    assert columns.sum() == 1 and 13 <= small.sum() <= 15
    assert voxels.resized(grids, 30) is grids
    assert voxels.resized(np.ones((1, 30, 30, 30, 1), bool), 7).all()


def cube(side=1.0):
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    squares = [(0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5)]
    triangles = [t for a, b, c, d in squares for t in ((a, b, c), (a, c, d))]
    return meshes.Mesh(corners * side, np.array(triangles, np.int32))


def ball(rings=40):
    """A sphere of radius 3 about (5, 5, 5)."""
    up = np.linspace(0, np.pi, rings)
    around = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)
    u, a = (angle.ravel() for angle in np.meshgrid(up, around, indexing="ij"))
    points = np.stack([np.sin(u) * np.cos(a), np.sin(u) * np.sin(a), np.cos(u)], 1) * 3 + 5
    row, column = (i.ravel() for i in np.meshgrid(np.arange(rings - 1), np.arange(2 * rings)))
    after = (column + 1) % (2 * rings)
    one, two = row * 2 * rings + column, row * 2 * rings + after
    three, four = (row + 1) * 2 * rings + column, (row + 1) * 2 * rings + after
    triangles = np.concatenate([np.stack([one, two, three], 1), np.stack([two, four, three], 1)])
    return meshes.Mesh(points.astype(np.float32), triangles.astype(np.int32))


@pytest.mark.parametrize("size", [5, 32])
def test_a_solid_cube_is_full(size):
    assert meshes.voxelised(cube(7.5), size).all()


def test_a_ball_has_the_volume_of_a_ball():
    grid = meshes.voxelised(ball(), 48)[..., 0]
    # Every cell that the surface passes through counts, so it is half a cell larger all round.
    assert grid.sum() == pytest.approx(4 / 3 * np.pi * 24.4**3, rel=0.03)
    assert grid[24, 24, 24] and not grid[0, 0, 0]
    assert (grid != grid.transpose(1, 0, 2)).mean() < 0.001


def test_an_open_surface_encloses_nothing():
    whole = cube()
    lidless = meshes.Mesh(whole.vertices, whole.triangles[2:])
    grid = meshes.voxelised(lidless, 16)[..., 0]
    assert not grid[8, 8, 8] and grid[0, 8, 8] == 0 and grid[15, 8, 8]


def test_a_flat_shape_and_a_single_point():
    flat = meshes.Mesh(
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32), np.array([[0, 1, 2]])
    )
    assert 0.4 * 256 < meshes.voxelised(flat, 16).sum() < 0.7 * 256
    point = meshes.Mesh(np.ones((3, 3), np.float32), np.array([[0, 1, 2]]))
    assert meshes.voxelised(point, 16).sum() == 1


# --- views ---


def test_views_show_the_shape_from_above_the_front_and_the_right():
    grids = np.zeros((3, 16, 16, 16, 1), bool)
    grids[0] = True
    grids[1, ..., 8:, :] = True
    seen = voxels.views(grids, size=48)
    assert seen.shape == (3, 48, 48, 1) and seen.dtype == np.uint8
    assert (seen[2] == 255).all(), "an empty grid is white"
    rows = [np.flatnonzero((picture < 255).any((1, 2))) for picture in seen[:2]]
    # The last axis points up: the upper half has the same top and ends higher.
    assert rows[0][0] == rows[1][0] and rows[0][-1] > rows[1][-1] + 5
    assert rows[0][0] > 0 and rows[0][-1] < 47, "all of a cube is inside"
    # The three faces in sight differ in their shade.
    shades, counts = np.unique(seen[0] // 16, return_counts=True)
    assert (counts > 100).sum() >= 4


def test_views_as_inputs_of_voxels():
    grids = voxels.as_voxels("grids", GRIDS[:6])
    dataset = SampleSet(grids, inputs=voxels.views(grids, 64))
    assert dataset.kind == "voxels"
    taken = dataset.take(np.array([4, 1]))
    np.testing.assert_array_equal(taken.inputs, dataset.inputs[[4, 1]])
    alone, both = sheet_of(SampleSet(grids)), sheet_of(dataset)
    assert both.height >= alone.height and both.width > alone.width


def test_chairs(tmp_path):
    file = ROOT.parent / "shared" / "datasets" / "chairs" / "chairs30.npz"
    if not file.is_file():
        pytest.skip(f"no {file}")
    words = (file, "--count", 12, "--size", 32, "--out", "s.png")
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert code == 0 and "shapes of voxels, 30×30×30" in out and (tmp_path / "s.png").is_file(), err
    assert 0.02 < load(file, "test", 32).samples.mean() < 0.3
