"""What every recipe promises on the command line, each command in a process of its own."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from common.run import checkpoint
from tests.conftest import ROOT, called, refused
from tests.contract.cases import NAMES, WITH_ALL_WAYS, presets

FLAGS = ["--precision", "float32"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module", params=NAMES)
def recipe(request):
    return request.param


@pytest.fixture(scope="module")
def copy(recipe, tmp_path_factory):
    """What it takes to train it elsewhere: common/, data/ and the recipe's folder."""
    folder = tmp_path_factory.mktemp("copy")
    for part in ("common", "data"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("*.png"))
    (folder / "recipes").mkdir()
    shutil.copy(ROOT / "recipes" / "__init__.py", folder / "recipes")
    ignored = shutil.ignore_patterns("pictures", "__pycache__")
    shutil.copytree(ROOT / "recipes" / recipe, folder / "recipes" / recipe, ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def trained(recipe, place, copy):
    """A run of six steps, at once, by a copy of the recipe in an empty folder."""
    words = ("tiny", *FLAGS, "--run", recipe)
    code, out, err = called(f"recipes.{recipe}.train", *words, cwd=place, path=copy)
    assert code == 0 and "done: 6 steps" in out, err
    return place / recipe


@pytest.fixture(scope="module")
def reference(recipe, trained, tmp_path_factory):
    """What its networks made in training, in another process that has the trainer."""
    folder = tmp_path_factory.mktemp(f"reference-{recipe}")
    code, _, err = called("tests.contract.reference", recipe, trained, cwd=folder)
    assert code == 0, err
    return folder


def arrays(folder, step):
    with np.load(checkpoint.path_of(folder / "checkpoints", step)) as file:
        return {name: file[name] for name in file.files}


def test_three_and_three_steps_are_six(recipe, trained, place):
    """The checkpoint to the bit, the log and the last sheet to the byte.

    It goes on from the checkpoint of step 3, as if the training had been killed at step 6.
    """
    parts = shutil.copytree(trained, place / f"{recipe}-parts")
    checkpoint.path_of(parts / "checkpoints", 6).unlink()
    (parts / "samples" / "latest.png").unlink()
    code, out, err = called(f"recipes.{recipe}.train", "--resume", parts.name, cwd=place)
    assert code == 0 and "going on from step 3" in out, err
    one, other = arrays(trained, 6), arrays(parts, 6)
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    for name in ("metrics.csv", "samples/latest.png"):
        assert (trained / name).read_bytes() == (parts / name).read_bytes(), name


def tiles(sheet):
    """The pictures on a sheet, which are 64 pixels a side with 2 between them."""
    pixels = np.asarray(sheet.convert("RGB"))
    for top in range(0, pixels.shape[0] - 63, 66):
        for left in range(0, pixels.shape[1] - 63, 66):
            yield pixels[top : top + 64, left : left + 64].tobytes()


def as_tile(picture):
    """A picture as it lies on a sheet: enlarged by a whole factor, in colour."""
    scale = 64 // picture.shape[0]
    large = picture.repeat(scale, 0).repeat(scale, 1)
    return np.broadcast_to(large, (*large.shape[:2], 3)).tobytes()


def test_infer_makes_what_was_saved_in_training(recipe, trained, reference, place):
    """In a new process, from the run's folder alone: the same pictures, to the bit."""
    (wanted,) = np.load(reference / "visuals.npz").values()
    infer, out = f"recipes.{recipe}.infer", f"{recipe}-made"
    if "--count" in refused(infer, "--help", cwd=place)[1]:
        words = ("--run", recipe, "--count", len(wanted), "--out", f"{out}.npz")
        code, _, err = called(infer, *words, cwd=place)
        assert code == 0, err
        with np.load(place / f"{out}.npz") as made:
            np.testing.assert_array_equal(next(iter(made.values())), wanted)
    else:
        code, _, err = called(infer, "--run", recipe, "--out", f"{out}.png", cwd=place)
        assert code == 0, err
        made = set(tiles(Image.open(place / f"{out}.png")))
        assert all(as_tile(picture) in made for picture in wanted)
    if wanted.ndim == 4:
        saved = set(tiles(Image.open(trained / "samples" / "latest.png")))
        assert all(as_tile(picture) in saved for picture in wanted)


def test_tensorboard_has_what_is_shown_under_its_names(trained, reference):
    """And the logs; under the names that metrics.csv has."""
    files = [str(file) for file in (trained / "events").iterdir()]
    events = [
        tf.compat.v1.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(files)
    ]
    told = {value.tag for event in events for value in event.summary.value}
    columns = set(json.loads((reference / "columns.json").read_text()))
    logs = set((trained / "metrics.csv").read_text().splitlines()[0].split(",")) - {"step"}
    assert told == columns | logs


def test_keras_alone_loads_what_was_trained(recipe, trained, reference, tmp_path):
    """A plain load, where this project is not known, and the same numbers.

    Of built-in layers; or of the recipe's own, from the only file of it that is there.
    """
    shutil.copy(ROOT / "tests" / "contract" / "plain_load.py", tmp_path)
    own = ROOT / "recipes" / recipe / "layers.py"
    if own.is_file():
        shutil.copy(own, tmp_path)
    code, _, err = called("plain_load", trained, cwd=reference, path=tmp_path)
    assert code == 0, err[-2000:]


def test_a_copied_recipe_may_have_another_name(recipe, copy, tmp_path):
    """It then writes to a place of its own, and names itself. (`trained` trains a copy.)"""
    shutil.copytree(copy, tmp_path, dirs_exist_ok=True)
    (tmp_path / "recipes" / recipe).rename(tmp_path / "recipes" / "mine")
    build = ("tiny", *FLAGS, "--steps", 0)
    code, out, err = called("recipes.mine.train", *build, cwd=tmp_path, path=tmp_path)
    assert code == 0, err
    (folder,) = (tmp_path / "runs" / "mine").iterdir()
    assert "recipe: mine" in (folder / "config.yaml").read_text()
    assert f"recipes.mine.infer --run {folder.relative_to(tmp_path)}" in out


BAD = {
    "steps": (["--steps", "-1"], "--steps -1: legal is 0 or more"),
    "batch": (["--batch-size", "0"], "--batch-size 0: legal is 1 or more"),
    "flag": (["--stepz", "3"], "perhaps you meant --steps"),
    "value": (["--seed", "x"], "--seed"),
    "preset": (["huge"], "huge"),
    "data": (["--data", "nowhere"], "--data nowhere: no such thing"),
    "empty": (["--data", "empty"], "empty holds no pictures"),
    "taken": (["--run", "empty/.."], "holds something else"),
    "no run": (["--resume", "nowhere"], "nowhere is not a run folder"),
    "jitter": (["--jitter", "2"], "--jitter 2.0: legal is 0 to 1"),
}


#: What the command itself finds, whose settings ever it has: it is tried where recipes begin.
OF_THE_COMMAND = ("steps", "flag", "value", "taken")


def test_bad_input_gets_one_line(recipe, tmp_path):
    """Before TensorFlow is imported, and nothing is left behind."""
    (tmp_path / "empty").mkdir()
    for case, (flags, words) in BAD.items():
        if case in OF_THE_COMMAND and recipe not in WITH_ALL_WAYS:
            continue
        code, out, err = refused(f"recipes.{recipe}.train", *flags, cwd=tmp_path)
        told = (case, err)
        assert (code, out) == (2, ""), told
        assert err.startswith("error: ") and err.count("\n") == 1 and words in err, told
        assert [path.name for path in tmp_path.rglob("*")] == ["empty"], told


@pytest.mark.parametrize("command", ["infer", "evaluate"])
def test_a_run_that_is_none_is_refused(recipe, command, tmp_path):
    code, out, err = refused(f"recipes.{recipe}.{command}", "--run", ".", cwd=tmp_path)
    assert code == 2 and "is not a run folder" in err and err.count("\n") == 1, err


def test_help_needs_no_tensorflow(recipe, tmp_path):
    for command in ("train", "infer", "evaluate"):
        code, out, err = refused(f"recipes.{recipe}.{command}", "--help", cwd=tmp_path)
        assert code == 0 and "--run" in out, err


def test_another_recipes_run_is_refused(recipe, trained, place):
    """By the next recipe, so that each one's run is refused once, and each one refuses a run."""
    other = NAMES[(NAMES.index(recipe) + 1) % len(NAMES)]
    code, _, err = refused(f"recipes.{other}.infer", "--run", recipe, cwd=place)
    assert code == 2 and f"is a run of {recipe}, not of {other}" in err, err


def test_the_run_says_what_it_is(recipe, trained):
    """Its settings are those of the preset; its networks lie there under their names."""
    import yaml

    facts = yaml.safe_load((trained / "config.yaml").read_text())
    assert facts["recipe"] == recipe and facts["made_with"]["gan_cookbook"]
    assert facts["config"]["steps"] == presets(recipe)["tiny"].steps
    assert all((trained / f"{name}.keras").is_file() for name in facts["networks"])
    assert json.dumps(facts), "plain values alone"
    assert str(trained.parent) not in (trained / "config.yaml").read_text()
