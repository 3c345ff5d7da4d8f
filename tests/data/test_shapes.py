"""Files of shapes: every format's round trip, what is wrong with one, and folders of them."""

import errno
import io

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

import data
from common.metrics.shapes import iou
from data import shape_files, surfaces
from data.made import open_world
from data.reading import Reading
from data.shape_files import Unusable, read_grid, read_mesh, read_shape
from data.splits import SPLITS
from tests.conftest import refused
from tests.data.test_surfaces import stairs, turned
from tests.data.test_voxels import save

GRID = open_world("furniture").world.draw(np.array([4]), 16).samples[0, ..., 0]


def binvox(grid, head=None):
    """A .binvox: runs of at most 255 equal voxels, y fastest, then z, then x."""
    values = grid.transpose(0, 2, 1).ravel().astype(np.uint8)
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    runs = bytearray()
    for start, end in zip(starts, [*starts[1:], len(values)], strict=True):
        for first in range(start, end, 255):
            runs += bytes([values[start], min(255, end - first)])
    side = len(grid)
    head = head or f"#binvox 1\ndim {side} {side} {side}\ntranslate 0 0 0\nscale 1\ndata\n"
    return head.encode() + bytes(runs)


def write(path, grid):
    if path.suffix == ".binvox":
        path.write_bytes(binvox(grid))
    elif path.suffix == ".mat":
        savemat(path, {"instance": grid.astype(np.int8)}, do_compression=True)
    elif path.suffix == ".npy":
        np.save(path, grid)
    else:
        np.savez_compressed(path, voxels=grid.astype(np.float32), name="a chair")
    return path


@pytest.mark.parametrize("ending", shape_files.GRIDS)
def test_grids_are_read_as_they_were_written(tmp_path, ending):
    path = write(tmp_path / f"a{ending}", GRID)
    np.testing.assert_array_equal(read_grid(path), GRID)
    grid, closed = read_shape(path, 16, "z")
    np.testing.assert_array_equal(grid[..., 0], GRID)
    assert closed and read_shape(path, 20, "z")[0].shape == (20, 20, 20, 1)
    # y becomes z, and z becomes -y: turned about the first axis, not mirrored.
    upright = read_shape(path, 16, "y")[0][..., 0]
    np.testing.assert_array_equal(upright, np.rot90(GRID, 1, (1, 2)))
    usual = read_shape(path, 16)[0][..., 0]
    np.testing.assert_array_equal(usual, upright if ending == ".binvox" else GRID)


def test_grids_and_meshes_are_turned_alike(tmp_path):
    pytest.importorskip("trimesh")
    surfaces.write_mesh(surfaces.surface(stairs()), path := tmp_path / "a.ply")
    as_y, as_z = (read_shape(path, 16, up)[0][..., 0] for up in ("y", "z"))
    write(tmp_path / "b.npy", as_z)
    upright = read_shape(tmp_path / "b.npy", 16, "y")[0][..., 0]
    # But for cells in whose side the surface lies.
    right, *wrong = (iou(as_y[None], w[None])[0] for w in (upright, *turned(upright)))
    assert right > 0.75 and max(wrong) < right - 0.1


@pytest.mark.parametrize("ending", shape_files.GRIDS)
@pytest.mark.parametrize("left", [0.3, 0.9])
def test_truncated_files_are_told(tmp_path, ending, left):
    path = write(tmp_path / f"a{ending}", GRID)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(Unusable, match="truncated|damaged"):
        read_grid(path)


def absurd_npy(shape):
    content = io.BytesIO()
    head = {"descr": "|b1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(content, head)
    return content.getvalue() + bytes(1000)


ABSURD = {
    "a.binvox": binvox(GRID, "#binvox 1\ndim 1000000 1000000 1000000\ndata\n"),
    "b.binvox": binvox(GRID, "#binvox 1\ndim 16 16 17\ndata\n"),
    "c.binvox": b"#binvox 1\ndata\n",
    "d.binvox": b"P5\n" + bytes(100),
    "e.binvox": binvox(GRID, "#binvox 1\ndim 16 x 16\ndata\n"),
    "a.npy": absurd_npy((10**6,) * 3),
    "b.npy": absurd_npy((16, 16)),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_heads_are_refused_before_memory_is_taken(tmp_path, name, monkeypatch):
    (tmp_path / name).write_bytes(ABSURD[name])
    monkeypatch.setattr("numpy.repeat", None)
    with pytest.raises(Unusable) as no:
        read_grid(tmp_path / name)
    assert len(str(no.value)) < 100 and "\n" not in str(no.value)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (np.zeros((8, 8, 8), bool), "an empty grid"),
        (np.ones((8, 8, 8), np.uint8), "a full grid"),
        (np.full((8, 8, 8), 7.0), "values from 7 to 7; legal are 0 to 1"),
        (np.full((8, 8, 8), np.nan), "values from nan to nan"),
        (np.zeros((8, 8, 7), bool), "a grid of 8×8×7; legal is S×S×S with S up to 512"),
        (np.zeros((8, 8, 8), "U1"), "a grid of <U1"),
        (np.array([{}]), "Python objects"),
    ],
)
def test_what_is_no_shape(tmp_path, grid, words):
    np.save(tmp_path / "a.npy", grid)
    with pytest.raises(Unusable, match=words):
        read_grid(tmp_path / "a.npy")


TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.obj", TRIANGLE, "without faces|no .obj"),
        ("a.obj", TRIANGLE.replace("v 1", "v nan") + "f 1 2 3\n", "not finite"),
        ("a.obj", "nothing", "no .obj|without faces"),
        ("a.stl", "solid", "no .stl|without faces"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 1000000000\n", "no .ply"),
        ("a.glb", "glTF", "no .glb"),
        ("a.off", "OFF\n1000000000000 1 0\n", "cannot be read as .off"),
    ],
)
def test_what_is_no_mesh(tmp_path, name, text, words):
    pytest.importorskip("trimesh")
    (tmp_path / name).write_text(text)
    with pytest.raises(Unusable, match=words):
        read_mesh(tmp_path / name)


def fill(folder, count=6, ending=".npy", views=True):
    """Shapes in two class folders, and two views of each, in folders for either side."""
    pieces = open_world("furniture").world.draw(np.arange(count), 16).samples[..., 0]
    for number, grid in enumerate(pieces):
        place = folder / f"kind{number % 2}" / "shapes"
        place.mkdir(parents=True, exist_ok=True)
        write(place / f"{number}{ending}", grid)
        if views:
            place = folder / f"kind{number % 2}" / "views"
            place.mkdir(exist_ok=True)
            Image.effect_noise((50, 40 + number), 9).save(place / f"{number}.png")
    return folder


def test_a_folder_of_classes(tmp_path):
    source = data.find(str(fill(tmp_path / "a", views=False)))
    assert (source.kind, source.count, source.input_size) == ("voxels", 6, None)
    assert source.factors == {"label": ("kind0", "kind1")} and source.modes == ("label",)
    for _ in range(2):
        loaded = source.load("train", 16, 0, 0)
        assert (
            loaded.factors["label"].tolist() == [0, 0, 0, 1, 1, 1] and "open" not in loaded.factors
        )
    assert source.name_of("train", 3, {}) == "kind1/shapes/1.npy"


def test_a_single_array_beside_meshes_is_one_shape_of_many(tmp_path):
    """Alone in a folder, it would hold all of them."""
    surfaces.write_mesh(surfaces.surface(stairs()), tmp_path / "box.obj")
    np.savez(tmp_path / "chair.npz", voxels=GRID)
    source = data.find(str(tmp_path))
    assert source.count == 2 and len(source.load("train", 16, 0, 0)) == 2
    np.save(tmp_path / "flat.npy", np.zeros((3, 4)))
    (tmp_path / "chair.npz").unlink()
    with pytest.raises(data.Refused, match="flat.npy"):
        data.find(str(tmp_path)).load("train", 16, 0, 0)


def test_a_folder_of_pairs(tmp_path):
    source = data.find(str(fill(tmp_path / "a", ending=".binvox")))
    assert (source.count, source.input_size, source.input_channels) == (6, (40, 40), 1)
    loaded = source.load("train", 16, 0, 0)
    assert loaded.inputs.shape == (6, 40, 40, 1) and loaded.samples.shape == (6, 16, 16, 16, 1)
    (tmp_path / "a" / "kind0" / "views" / "alone.png").write_bytes(
        (tmp_path / "a" / "kind0" / "views" / "0.png").read_bytes()
    )
    (tmp_path / "a" / "kind1" / "views" / "1.png").unlink()
    remarks = " ".join(data.find(str(tmp_path / "a")).remarks)
    assert "passed over: 1 pictures without a shape" in remarks
    assert "passed over: 1 shapes without a picture" in remarks


def test_all_views_of_a_shape_are_in_one_split(tmp_path):
    """Also where a folder has one shape and several pictures of it, as ShapeNet's renderings."""
    for number in range(100):
        place = tmp_path / f"{number:03}"
        place.mkdir()
        (place / "model.binvox").write_bytes(binvox(GRID))
        for view in range(2):
            Image.new("RGB", (32, 32), (number, view, 0)).save(place / f"{view}.png")
    source = data.find(str(tmp_path))
    assert source.count == 200
    seen = [{int(v) for v in source.load(s, 16, 0, 0).inputs[:, 0, 0, 0]} for s in SPLITS]
    assert sum(map(len, seen)) == 100 and min(map(len, seen)) >= 4
    assert len(source.load("test", 16, 0, 0)) == 2 * len(seen[2])


@pytest.mark.parametrize(
    ("train", "other"), [("training", "testing"), ("Train", "dev"), ("train", "valid")]
)
def test_splits_are_called_as_those_of_pictures(tmp_path, train, other):
    for number in range(6):
        place = tmp_path / (train if number < 4 else other) / f"kind{number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        write(place / f"{number}.binvox", GRID)
    source = data.find(str(tmp_path))
    assert source.factors == {"label": ("kind0", "kind1")} and source.remarks == ()
    assert [len(source.load(split, 16, 0, 0)) for split in SPLITS] == [4, 0, 2]


def test_shapes_beside_the_splits_are_not_used_and_said(tmp_path):
    for name in ("train/cat/a", "train/dog/b", "val/cat/c", "test/dog/d", "e", "other/f"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / f"{name}.binvox", GRID)
    source = data.find(str(tmp_path))
    assert source.count == 4 and source.factors == {"label": ("cat", "dog")}
    assert [len(source.load(split, 16, 0, 0)) for split in SPLITS] == [2, 1, 1]
    assert source.remarks == ("passed over: 2 shapes beside test/ and train/ and validation/",)


@pytest.mark.parametrize("around", ["", "models/", "Shapes/voxels/"])
def test_classes_that_are_called_like_sides(tmp_path, around):
    """Without pictures there are no sides, but a folder around all may be called like one."""
    for name in ("a", "b", "images", "meshes"):
        (tmp_path / around / name).mkdir(parents=True)
        for number in range(2):
            write(tmp_path / around / name / f"{number}.binvox", GRID)
    source = data.find(str(tmp_path))
    assert source.factors == {"label": ("a", "b", "images", "meshes")}
    assert source.load("train", 16, 0, 0).factors["label"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_classes_are_numbered_anew_where_one_was_added(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    for name in ("train/cat/a", "train/dog/b", "test/dog/c", "val/dog/d"):
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / "p" / f"{name}.binvox", GRID)
    assert data.find(str(tmp_path / "p")).load("test", 16, 0, 0).factors["label"].tolist() == [1]
    (tmp_path / "p" / "train" / "cow").mkdir()
    write(tmp_path / "p" / "train" / "cow" / "e.binvox", GRID)
    source = data.find(str(tmp_path / "p"))
    assert source.factors == {"label": ("cat", "cow", "dog")}
    assert source.load("test", 16, 0, 0).factors["label"].tolist() == [2]


def test_a_stray_picture_makes_no_set_of_pictures_of_shapes(tmp_path):
    for number in range(6):
        write(tmp_path / f"{number}.binvox", GRID)
    Image.effect_noise((40, 40), 50).save(tmp_path / "preview.png")
    source = data.find(str(tmp_path))
    assert (source.kind, source.count, source.input_size) == ("voxels", 6, None)
    assert source.remarks == ("passed over: 1 pictures without a shape",)
    assert len(source.load("train", 16, 0, 0)) == 6
    # Where there are as many of either, nothing says what is meant.
    for number in range(5):
        Image.effect_noise((40, 40), 60).save(tmp_path / f"preview{number}.png")
    assert data.find(str(tmp_path)).kind == "pictures"


def test_what_cannot_be_used_is_left_out_and_named(tmp_path):
    folder = fill(tmp_path / "a", count=120, views=False)
    (folder / "kind0" / "shapes" / "0.npy").write_bytes(b"no")
    source = data.find(str(folder))
    parts = [source.load(split, 16, 0, 0) for split in SPLITS]
    assert sum(map(len, parts)) == 119
    assert list(source.unusable) == ["kind0/shapes/0.npy"]
    assert "left out 1 of 120 shapes" in " ".join(source.remarks)
    np.save(folder / "kind0" / "shapes" / "2.npy", np.zeros((4, 4, 4), bool))
    with pytest.raises(data.Refused, match="2 of 120 shapes cannot be used"):
        again = data.find(str(folder))
        for split in SPLITS:
            again.load(split, 16, 0, 0)


def test_open_meshes_are_told(tmp_path):
    pytest.importorskip("trimesh")
    mesh = surfaces.surface(GRID)
    surfaces.write_mesh(mesh, tmp_path / "whole.obj")
    lines = (tmp_path / "whole.obj").read_text().splitlines()
    (tmp_path / "open.obj").write_text("\n".join(lines[:-40]))
    source = data.find(str(tmp_path))
    source.load("train", 16, 0, 0)
    assert source.remarks == ("1 mesh is open: what an open surface encloses stays empty",)


def test_pictures_with_arrays_beside_them_stay_pictures(tmp_path):
    for number in range(4):
        Image.effect_noise((20, 20), 50 + number).save(tmp_path / f"{number}.png")
    savemat(tmp_path / "labels.mat", {"labels": np.arange(4)})
    np.save(tmp_path / "labels.npy", np.arange(4))
    assert data.find(str(tmp_path)).kind == "pictures"


def test_a_single_file_is_seen_from_all_sides(tmp_path):
    (tmp_path / "chair.binvox").write_bytes(binvox(GRID))
    code, out, err = refused("data", "chair.binvox", "--out", "c.webp", cwd=tmp_path)
    assert code == 0 and "1 shape" in out, err
    with Image.open(tmp_path / "c.webp") as turning:
        assert turning.n_frames == 24
    code, _, err = refused("data", "houses", "--count", 1, "--out", "c.webp", cwd=tmp_path)
    assert code == 2 and "legal with voxels, which turn" in err
    (tmp_path / "bad.binvox").write_bytes(ABSURD["a.binvox"])
    code, _, err = refused("data", "bad.binvox", cwd=tmp_path)
    assert code == 2 and "1000000×1000000×1000000; legal is" in err and err.count("\n") == 1, err


@pytest.mark.parametrize("in_folder", [True, False])
@pytest.mark.parametrize(
    ("name", "arrays"),
    [
        ("a.npy", {"": GRID}),
        ("a.npy", {"": GRID[..., None]}),
        ("a.npz", {"voxels": GRID}),
        ("a.npz", {"voxels": GRID[..., None].astype(np.float32), "title": "a chair"}),
        ("a.npz", {"grid": GRID.astype(np.uint8), "title": "a chair"}),
    ],
)
def test_a_single_grid_in_a_file_of_arrays_is_a_shape(tmp_path, name, arrays, in_folder):
    if name.endswith(".npy"):
        np.save(tmp_path / name, arrays[""])
    else:
        np.savez(tmp_path / name, **arrays)
    source = data.find(str(tmp_path if in_folder else tmp_path / name))
    assert (source.kind, source.count) == ("voxels", 1)
    np.testing.assert_array_equal(source.load("train", 16, 0, 0).samples[0, ..., 0], GRID)


def test_as_many_pictures_as_they_are_high_are_no_shape(tmp_path):
    np.save(tmp_path / "a.npy", GRID.astype(np.uint8))
    np.savez(tmp_path / "a.npz", images=GRID)
    for name in ("a.npy", "a.npz"):
        source = data.find(str(tmp_path / name))
        assert (source.kind, source.count) == ("pictures", 16)


# --- arrays with views ---


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_arrays_of_shapes_with_views(tmp_path, name):
    drawn = open_world("furniture:views:32").world.draw(np.arange(5), 16)
    path = save(tmp_path / name, voxels=drawn.samples, views=drawn.inputs)
    source = data.find(str(path))
    assert (source.kind, source.input_size, source.input_channels) == ("voxels", (32, 32), 3)
    loaded = source.load("train", 16, 0, 0)
    np.testing.assert_array_equal(loaded.inputs, drawn.inputs)
    np.testing.assert_array_equal(loaded.samples, drawn.samples)
    path = save(tmp_path / f"b{path.suffix}", voxels=drawn.samples, views=drawn.inputs[:4])
    with pytest.raises(data.Refused, match="legal are 5 views"):
        data.find(str(path))


def test_empty_grids_are_told(tmp_path):
    grids = np.stack([GRID, GRID & False, GRID])
    np.savez(tmp_path / "a.npz", voxels=grids)
    source = data.find(str(tmp_path / "a.npz"))
    source.load("train", 16, 0, 0)
    assert source.remarks == ("'voxels': 1 of 3 grids are empty",)
    np.savez(tmp_path / "a.npz", voxels=grids[1:2])
    with pytest.raises(data.Refused, match="all 1 grids are empty"):
        data.find(str(tmp_path / "a.npz")).load("train", 16, 0, 0)


def test_what_the_disk_fails_at_is_no_fault_of_a_shape(tmp_path, monkeypatch):
    """Nor is it kept against the file: who tries again gets all shapes."""
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    folder = fill(tmp_path / "shapes", views=False)

    def count():
        source = data.find(str(folder), Reading(tolerance=1))
        return sum(len(source.load(split, 16, None, 0)) for split in SPLITS)

    with monkeypatch.context() as broken:
        broken.setitem(shape_files._READERS, ".npy", failing)
        with pytest.raises(
            data.EnvironmentFailure, match=r"npy cannot be read: Input/output error"
        ):
            count()
    assert count() == 6


@pytest.mark.parametrize(
    ("name", "broken"),
    [("a.off", "pathlib.Path.read_text"), ("a.ply", "os.stat"), ("a.ply", "trimesh.load")],
)
def test_what_the_disk_fails_at_is_no_fault_of_a_mesh(tmp_path, monkeypatch, name, broken):
    """Whereas a mesh that is damaged is refused as one."""
    pytest.importorskip("trimesh")
    (tmp_path / name).write_text("no mesh")
    with monkeypatch.context() as context:
        context.setattr(broken, failing)
        with pytest.raises(data.EnvironmentFailure, match=f"{name} cannot be read: Input/output"):
            read_mesh(tmp_path / name)
    with pytest.raises(Unusable, match=f"no {name[1:]}|cannot be read as {name[1:]}"):
        read_mesh(tmp_path / name)


def test_a_mesh_that_needs_another_file_is_told_which(tmp_path):
    """That is no fault of the disk: the other meshes of a folder can be read."""
    pytest.importorskip("trimesh")
    import trimesh

    for name, content in trimesh.Scene(trimesh.creation.box()).export(file_type="gltf").items():
        (tmp_path / name).write_bytes(content)
    buffers = [file for file in tmp_path.iterdir() if file.suffix == ".bin"]
    assert len(read_mesh(tmp_path / "model.gltf").triangles) == 12 and buffers
    for file in buffers:
        file.unlink()
    with pytest.raises(Unusable, match=r"it needs .*\.bin: No such file"):
        read_mesh(tmp_path / "model.gltf")


def test_a_disk_that_fails_to_open_a_mat_is_no_fault_of_it(tmp_path, monkeypatch):
    """SciPy would not tell why; a folder of that name is no broken disk either."""
    write(tmp_path / "a.mat", GRID)
    with monkeypatch.context() as context:
        context.setattr("builtins.open", failing)
        with pytest.raises(data.EnvironmentFailure, match=r"a.mat cannot be read: Input/output"):
            read_grid(tmp_path / "a.mat")
    assert (read_grid(tmp_path / "a.mat") == GRID).all()
    (tmp_path / "b.npy").mkdir()
    with pytest.raises(Unusable, match="directory"):
        read_grid(tmp_path / "b.npy")


def failing(*given, **named):
    """In the place of what reads."""
    raise OSError(errno.EIO, "Input/output error")
