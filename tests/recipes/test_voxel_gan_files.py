"""What infer and evaluate of 3D-GAN write: views, turntables, arrays, meshes, measures."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

import data
from common.metrics import shapes as metrics
from common.run.loaded import LoadedRun
from data.errors import Refused
from data.made import open_world
from data.shape_files import read_mesh
from data.surfaces import MESH_ENDINGS
from recipes.voxel_gan import evaluate, infer, measure
from recipes.voxel_gan.config import PRESETS, Config
from recipes.voxel_gan.infer import Flags
from recipes.voxel_gan.shapes import Shapes
from tests.conftest import refused

PIECES = open_world("furniture:views:32").world.draw(np.arange(240), 16)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, eagerly):
    """A run of shapes and views, one of shapes alone, and the file that both learned from."""
    from recipes.voxel_gan.train import build

    place = tmp_path_factory.mktemp("runs")
    np.savez(place / "pieces.npz", voxels=PIECES.samples, views=PIECES.inputs)
    for name, changes in (
        ("views", {}),
        ("plain", {"encoder": False, "prior": "unit"}),
    ):
        config = dataclasses.replace(
            PRESETS["tiny"], precision="float32", data=str(place / "pieces.npz"), steps=1, **changes
        )
        # As the command does: what is loaded is what evaluate finds again.
        source = data.find(config.data)
        config = config.adapted_to(source)
        trainer = build(config)
        trainer.trainModel(config.training_set(source.load("train", 16, 0, 0)), verbose=False)
        trainer.config.data = config.data
        trainer.save(place / name)
    return place


def opened(runs, name, **flags):
    loaded = LoadedRun.open(runs / name, "voxel_gan", Config)
    given = Flags(run=runs / name, **flags)
    given.check(loaded)
    return loaded, given


def solid_shapes(count=3, **more):
    return Shapes(PIECES.samples[:count].astype(np.float32), {}, **more)


# --- infer ---


def test_shapes_are_made_from_latents(runs):
    made = infer.make(*opened(runs, "plain", count=3))
    assert made.samples.shape == (3, 16, 16, 16, 1) and made.title == "shapes"
    assert list(made.arrays())[:2] == ["occupancy", "voxels"]
    assert made.inputs["latent"].min() >= 0
    morph = infer.make(*opened(runs, "plain", interpolate=2))
    assert len(morph.samples) == 20 and morph.title == "interpolation"
    with_sum = infer.make(*opened(runs, "plain", arithmetic="1,2 - 3"))
    assert with_sum.title == "arithmetic" and with_sum.inputs["latent"].max() <= 1


def test_shapes_are_predicted_from_pictures(runs, tmp_path, capsys):
    for name, size in (("a.png", (70, 50)), ("a.jpg", (40, 90))):
        Image.effect_noise(size, 60).save(tmp_path / name)
    (tmp_path / "broken.png").write_text("no picture")
    made = infer.make(*opened(runs, "views", input=str(tmp_path)))
    assert made.names == ("a", "a.png") and made.inputs["input"].shape == (2, 32, 32, 3)
    assert "left out: broken.png" in capsys.readouterr().err
    # In two columns of a row: the picture, and the shape to the right of it.
    assert made.sheet().width == 4 * 96 + 3 * 2
    with pytest.raises(Refused, match="not a readable picture"):
        infer.make(*opened(runs, "views", input=str(tmp_path / "broken.png")))


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"input": "a.png"}, "--input: .* learned shapes alone; legal with a run that has an enc"),
        ({"count": 1001}, "--count 1001: legal is 1 to 1000"),
        ({"out": "a.fbx"}, r"--out a.fbx: legal endings are .*\.webp \.npz \.obj \.ply"),
        ({"arithmetic": "x"}, "--arithmetic"),
    ],
)
def test_flags_that_make_no_sense(runs, flags, words):
    from pathlib import Path

    flags = {name: Path(v) if name == "out" else v for name, v in flags.items()}
    with pytest.raises(Refused, match=words):
        opened(runs, "plain", **flags)


def test_pictures_and_latents_exclude_each_other(runs):
    with pytest.raises(Refused, match="--interpolate and --input: legal is one of them"):
        opened(runs, "views", input="a.png", interpolate=1)


@pytest.mark.parametrize("ending", MESH_ENDINGS)
def test_meshes_hold_all_shapes(tmp_path, ending):
    pytest.importorskip("trimesh")
    three, one = tmp_path / f"three{ending}", tmp_path / f"one{ending}"
    solid_shapes(3).write(three)
    solid_shapes(1).write(one)
    assert len(read_mesh(three).triangles) > len(read_mesh(one).triangles) > 100


def test_arrays_sheets_and_turntables(tmp_path):
    made = solid_shapes(2)
    for name in ("a.npz", "a.png", "a.webp"):
        made.write(tmp_path / name)
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["voxels"].dtype == bool
        np.testing.assert_array_equal(arrays["voxels"], PIECES.samples[:2])
    with Image.open(tmp_path / "a.webp") as turning, Image.open(tmp_path / "a.png") as sheet:
        assert turning.n_frames == 24 and turning.size == sheet.size
    # What was made is data again.
    code, out, err = refused("data", "a.npz", cwd=tmp_path)
    assert code == 0 and "2 shapes of voxels, 16×16×16" in out, err


def test_a_morph_goes_there_and_back(tmp_path):
    made = dataclasses.replace(solid_shapes(10), title="interpolation", columns=5)
    made.write(tmp_path / "m.webp")
    with Image.open(tmp_path / "m.webp") as morph:
        # Two rows of five steps: both at once, and back without the ends.
        assert morph.n_frames == 5 + 3 and morph.size == (2 * 96 + 2, 96)


def test_a_folder_has_everything_of_each(tmp_path, capsys):
    made = solid_shapes(2, names=("chair", "bed"), mesh=".stl")
    made.samples[1] = 0
    made.write_each(tmp_path / "out", "seed0-shapes")
    names = {file.name for file in (tmp_path / "out").iterdir()}
    views = {f"{name}{ending}" for name in ("chair", "bed") for ending in (".png", ".webp")}
    assert names == views | {"chair.stl", "seed0-shapes.npz"}
    assert "1 shape is empty, and without a mesh" in capsys.readouterr().err
    with pytest.raises(Refused, match="holds chair.png already; legal are another folder, or --ov"):
        made.write_each(tmp_path / "out", "seed0-shapes")
    # A mesh of the user's beside a picture is nothing of this program's either.
    for file in ("chair.stl", "bed.webp", "seed0-shapes.npz"):
        (tmp_path / file[:3]).mkdir()
        (tmp_path / file[:3] / file).write_text("mine")
        with pytest.raises(Refused, match=f"holds {file} already"):
            made.write_each(tmp_path / file[:3], "seed0-shapes")
    made.write_each(tmp_path / "out", "seed0-shapes", overwrite=True)
    with pytest.raises(Refused, match="an empty grid has no surface"):
        dataclasses.replace(made, samples=made.samples[1:]).write(tmp_path / "e.obj")
    assert not (tmp_path / "e.obj").exists()


# --- measures ---


def test_measures_of_known_shapes():
    two = np.zeros((3, 8, 8, 8, 1), bool)
    two[0, :2], two[0, 6] = True, True
    two[1, 2:6] = True
    assert metrics.connected(two).tolist() == pytest.approx([2 / 3, 1, 0])
    assert metrics.symmetry(two).tolist() == pytest.approx([2 / 4, 1, 0])
    assert metrics.iou(two[:1], two[1:2]).tolist() == [0]
    # A layer of a block of 2: half of it is occupied.
    told = metrics.described(two, cells=4).reshape(3, 4, 4, 4)
    assert told[0, :, 0, 0].tolist() == [1, 0, 0, 0.5]
    assert metrics.described(two, 3).reshape(3, 3, 3, 3)[1, :, 0, 0].tolist() == [
        0,
        1,
        pytest.approx(1 / 3),
    ]


def test_the_best_constant_and_the_nearest_view():
    some = PIECES.take(np.arange(60))
    mean = metrics.mean_shape(some.samples)
    tied = np.broadcast_to(mean, some.samples.shape)
    every = [metrics.iou(np.broadcast_to(s, tied.shape), some.samples).mean() for s in some.samples]
    assert metrics.iou(tied, some.samples).mean() > max(every)
    near = metrics.nearest_views(some.inputs, some.inputs[20:30])
    assert near.tolist() == list(range(20, 30))
    best = metrics.most_similar(some.samples, some.samples[:5])
    assert best.tolist() == pytest.approx([1] * 5)


def test_the_view_of_another_shape_is_of_another_shape():
    """Of neighbours that are one piece seen from several sides, the next piece's."""
    a, b = np.zeros((2, 4, 4, 4, 1), bool)
    b[0] = True
    assert measure.others(np.stack([a, a, b, b, a])).tolist() == [2, 2, 4, 4, 2]
    assert measure.others(np.stack([a, a])).tolist() == [0, 1]


def test_evaluate_tells_a_model_from_its_controls(runs, monkeypatch, capsys):
    """Through the command: its table, its file, its sheets; with a model that knows the answers."""
    from recipes.voxel_gan.vae_gan import VoxelVAEGAN

    views = {view.tobytes(): s for view, s in zip(PIECES.inputs, PIECES.samples, strict=True)}
    monkeypatch.setattr(
        VoxelVAEGAN,
        "predicted",
        lambda self, given: np.stack([views[v.tobytes()] for v in given]).astype(np.float32),
    )
    scores = scores_of(runs / "views")
    values = scores.values
    assert values["trained"]["IoU"].value == 1 and values["another view"]["IoU"].value < 0.5
    assert values["mean shape"]["IoU"].value < 0.5 and values["nearest view"]["IoU"].value < 0.8
    assert values["real"]["connected"] == 1 and values["real"]["symmetry"] > 0.6
    assert values["copies"]["copying"] > 0.75 > 0.55 > values["real"]["copying"]
    assert values["PCA"]["connected"] < 1 and values["untrained"]["coverage"] == 0
    assert set(scores.sheets) == {"nearest", "predicted"}
    met = dict(zip(map(str, scores.criteria), scores.met("trained"), strict=True))
    assert met["coverage ≥ 0.8 × real"] is False
    told = {str(c): c.met_by("another view", values) for c in scores.criteria}
    # What ignores the picture fails, whatever it knows of shapes.
    assert False in [told[name] for name in told if name.startswith("IoU")]


def scores_of(run):
    from common.commands.evaluate import evaluate as whole
    from common.evaluation.flags import EvaluateFlags
    from recipes.voxel_gan.train import build

    parts = (evaluate.measure, evaluate.criteria)
    return whole("voxel_gan", Config, build, *parts, EvaluateFlags(run), evaluate.ablation)


def test_ablations_have_names():
    small, views = PRESETS["small"], PRESETS["views"]
    assert evaluate.ablation(PRESETS["gate"], small) == "gate"
    assert evaluate.ablation(small, PRESETS["gate"]) == "no gate"
    assert evaluate.ablation(PRESETS["no-mirror"], small) == "no mirror"
    assert evaluate.ablation(small, small) == ""
    assert evaluate.ablation(PRESETS["no-weights"], views) == "no weights"
    assert evaluate.ablation(views, small) == ""
