"""Both translators from the command line, in this process: train, go on, translate, refuse."""

import io
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml
from PIL import Image

import data
from common.commands.train import main as train_main
from common.run import checkpoint
from common.run.folder import Run
from common.translation.infer import main as infer_main
from data.reading import Reading
from recipes.cyclegan import config as cyclegan_config
from recipes.cyclegan.train import build as build_cyclegan
from recipes.pix2pix import config as pix2pix_config
from recipes.pix2pix.noise import dropout
from recipes.pix2pix.train import build as build_pix2pix
from tests.conftest import ROOT, pictures
from tests.recipes.translators import noise_pictures

TINY = ["--width", "4", "--image-size", "32", "--pictures", "24", "--batch-size", "2"]
TINY += ["--sample-count", "3", "--log-every", "2", "--precision", "float32"]


def train(recipe, *flags):
    """Exit code of a training."""
    config = {"pix2pix": pix2pix_config, "cyclegan": cyclegan_config}[recipe]
    build = {"pix2pix": build_pix2pix, "cyclegan": build_cyclegan}[recipe]
    sys.argv = ["train", *map(str, flags)]
    return train_main(recipe, config.PRESETS, build)


def infer(recipe, *flags):
    """Exit code of a translation."""
    sys.argv = ["infer", *map(str, flags)]
    if recipe == "cyclegan":
        return infer_main(recipe, cyclegan_config.Config, both_ways=True)

    def noise(config):
        return lambda *drawn: dropout(config, *drawn)

    return infer_main(recipe, pix2pix_config.Config, noise=noise)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(autouse=True)
def there(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", [])


MORE = {"pix2pix": (), "cyclegan": ("--blocks", "1", "--pool", "3")}


@pytest.fixture(scope="module")
def runs(place):
    """A run of each recipe, 6 steps at once, with D pretrained for one."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", [])
    for recipe, more in MORE.items():
        flags = [*TINY, *more, "--pretrain-discriminator", 1, "--steps", 6, "--run", recipe]
        assert train(recipe, *flags) == 0
    monkeypatch.undo()
    return {recipe: place / recipe for recipe in MORE}


def arrays(run, step):
    with np.load(checkpoint.path_of(run / "checkpoints", step)) as file:
        return {name: file[name] for name in file.files}


def pixels(path):
    return np.asarray(Image.open(path))


# --- training ---


@pytest.mark.parametrize("recipe", MORE)
def test_stopping_and_going_on_changes_nothing(recipe, runs, place):
    """Jitter, dropout and the pools, in the middle of their filling, included."""
    flags = [*TINY, *MORE[recipe], "--pretrain-discriminator", 1, "--run", f"{recipe}-parts"]
    assert train(recipe, *flags, "--steps", 2) == 0
    assert train(recipe, "--resume", f"{recipe}-parts", "--steps", 6) == 0
    one, other = arrays(runs[recipe], 6), arrays(place / f"{recipe}-parts", 6)
    assert one.keys() == other.keys()
    assert ("discriminator_pools/0000" in one) == (recipe == "cyclegan")
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    for name in ("metrics.csv", "samples/latest.png"):
        whole, parts = runs[recipe] / name, place / f"{recipe}-parts" / name
        assert whole.read_bytes() == parts.read_bytes(), name


def test_a_run_remembers_its_labels(runs):
    facts = yaml.safe_load((runs["pix2pix"] / "config.yaml").read_text())
    assert len(facts["data"]["labels"]) == 11 and [60, 60, 60] in facts["data"]["labels"]
    assert facts["config"]["input_channels"] == 3


def test_other_shapes_and_made_pairs(place, capfd):
    flags = ["--data", "houses", "--pairs", "edges", "--image-size", 32, 64, "--run", "edges"]
    assert train("pix2pix", *TINY, *flags, "--steps", 1) == 0
    assert "24 pairs 64×32×3" in capfd.readouterr().out
    config = Run.open(place / "edges", "pix2pix").config(pix2pix_config.Config)
    assert config.image_size == (32, 64), "YAML knows no tuples"
    assert (config.input_channels, config.channels) == (1, 3)
    # Given colour, and it takes outlines: it is made grey.
    Image.fromarray(noise_pictures(1, (40, 50))[0]).save("colour.png")
    assert infer("pix2pix", "--run", "edges", "--input", "colour.png", "--out", "made.png") == 0
    assert pixels("made.png").shape == (40, 50, 3)


def test_the_direction_of_a_world(place):
    one = data.find("facades").load("train", 32, 3, 0)
    other = data.find("facades", Reading(direction="BtoA"))
    assert other.label_maps == ("samples",)
    turned = other.load("train", 32, 3, 0)
    np.testing.assert_array_equal(one.samples, turned.inputs)
    np.testing.assert_array_equal(one.inputs, turned.samples)
    small = pix2pix_config.PRESETS["small"]
    assert small.notes(other, turned) == {}, "photographs are no label maps"
    assert len(small.notes(data.find("facades"), one)["labels"]) == 11


# --- translating ---


@pytest.mark.parametrize("recipe", MORE)
def test_infer_gives_the_sample_saved_in_training(recipe, runs):
    assert infer(recipe, "--run", recipe, "--out", "again.png") == 0
    saved, again = pixels(runs[recipe] / "samples" / "latest.png"), pixels("again.png")
    if recipe == "pix2pix":
        np.testing.assert_array_equal(again, saved)
        assert infer(recipe, "--run", recipe, "--seed", 1, "--out", "other.png") == 0
        assert (pixels("other.png") != saved).any(), "other noise"
    else:
        # The sheet of a training has both directions in a row of six.
        np.testing.assert_array_equal(again[:64, :130], saved[:64, :130])
        flags = ["--direction", "BtoA", "--out", "back.png"]
        assert infer(recipe, "--run", recipe, *flags) == 0
        np.testing.assert_array_equal(pixels("back.png")[:64, :130], saved[:64, 198:328])


@pytest.mark.parametrize("network", ["generator", "generator_back"])
def test_a_plain_load_gives_what_infer_gives(network, runs):
    """Only Keras, in a process that does not know this package."""
    picture = noise_pictures(1)[0]
    Image.fromarray(picture).save("plain.png")
    back = ["--direction", "BtoA"] if network == "generator_back" else []
    assert (
        infer("cyclegan", "--run", "cyclegan", "--input", "plain.png", *back, "--out", "o.png") == 0
    )
    code = (
        "import keras, numpy as np, sys; from PIL import Image\n"
        f"model = keras.saving.load_model('cyclegan/{network}.keras')\n"
        "x = np.asarray(Image.open('plain.png'), 'float32')[None] / 127.5 - 1\n"
        "made = np.asarray(model(x))[0]\n"
        "np.save('plain.npy', np.clip((made + 1) * 127.5 + .5, 0, 255).astype('uint8'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=".")
    np.testing.assert_array_equal(np.load("plain.npy"), pixels("o.png"))


def test_a_folder_of_any_sizes(runs, place, capfd):
    folder = place / "mixed"
    (folder / "deep").mkdir(parents=True)
    sizes = {"a.png": (33, 47), "b.jpg": (100, 40), "deep/c.png": (17, 90), "grey.png": (32, 32)}
    for name, (height, width) in sizes.items():
        Image.fromarray(noise_pictures(1, (height, width))[0]).save(folder / name)
    Image.effect_noise((32, 32), 50).save(folder / "grey.png")
    Image.effect_noise((40, 30), 50).save(folder / "old.pgm")
    (folder / "broken.png").write_text("hello")
    assert infer("cyclegan", "--run", "cyclegan", "--input", folder, "--out", "out") == 0
    err = capfd.readouterr().err
    assert err.splitlines() == ["left out: broken.png: not a readable picture"]
    for name, (height, width) in sizes.items():
        assert Image.open(place / "out" / name).size == (width, height), name
    assert Image.open(place / "out" / "old.pgm.png").size == (40, 30)
    assert (place / "out" / "side-by-side.png").is_file()
    assert len(list((place / "out").rglob("*.*"))) == 6


def test_whole_pictures(runs, place):
    Image.fromarray(noise_pictures(1, (90, 50))[0]).save("large.png")
    for flags, name in (([], "tiles.png"), (["--whole"], "whole.png")):
        command = ["--run", "cyclegan", "--input", "large.png", *flags, "--out", name]
        assert infer("cyclegan", *command) == 0
        assert pixels(name).shape == (90, 50, 3)
    assert (pixels("tiles.png") != pixels("whole.png")).any()


def test_a_moving_picture_frame_by_frame(runs):
    frames = [Image.fromarray(f) for f in noise_pictures(3, (24, 36))]
    frames[0].save("m.gif", save_all=True, append_images=frames[1:], duration=[50, 70, 90], loop=2)
    assert infer("cyclegan", "--run", "cyclegan", "--input", "m.gif", "--out", "made.gif") == 0
    with Image.open("made.gif") as made:
        assert made.n_frames == 3 and made.size == (36, 24) and made.info["loop"] == 2
        durations = []
        for index in range(3):
            made.seek(index)
            durations.append(made.info["duration"])
    assert durations == [50, 70, 90]


def test_standard_input_and_output(runs, monkeypatch):
    content = io.BytesIO()
    picture = noise_pictures(1, (40, 36))[0]
    Image.fromarray(picture).save(content, "PNG")
    Image.fromarray(picture).save("piped.png")
    assert infer("cyclegan", "--run", "cyclegan", "--input", "piped.png", "--out", "file.png") == 0
    given, taken = io.TextIOWrapper(io.BytesIO(content.getvalue())), io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "stdout", taken)
    assert infer("cyclegan", "--run", "cyclegan", "--input", "-", "--out", "-") == 0
    np.testing.assert_array_equal(pixels(io.BytesIO(taken.buffer.getvalue())), pixels("file.png"))


def test_label_maps_with_unknown_colours(runs, capfd):
    labels = np.full((40, 40, 3), 60, np.uint8)
    Image.fromarray(labels).save("labels.png")
    assert infer("pix2pix", "--run", "pix2pix", "--input", "labels.png", "--out", "l.png") == 0
    labels[3, 5] = 255, 0, 254
    Image.fromarray(labels).save("strange.png")
    capfd.readouterr()
    assert infer("pix2pix", "--run", "pix2pix", "--input", "strange.png", "--out", "s.png") == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1 and "#ff00fe at (5, 3); --nearest-label" in err
    flags = ["--input", "strange.png", "--nearest-label", "--out", "s.png"]
    assert infer("pix2pix", "--run", "pix2pix", *flags) == 0


# --- refusals ---


def singles(place):
    if not (place / "singles").exists():
        pictures(place / "singles")


TRAINING = {
    "single pictures": ("pix2pix", ["--data", "singles"], "gives pictures.*two pictures side"),
    "one domain": ("cyclegan", ["--data", "seasons:summer"], "two sets of pictures: folders A"),
    "pairs": ("cyclegan", ["--data", "facades"], "facades gives pairs"),
    "domains": ("pix2pix", ["--data", "seasons"], "seasons gives domains.*from pairs"),
    "size": ("pix2pix", ["--image-size", "70"], "--image-size 70.*32, 64, 96, 128"),
    "after the end": ("cyclegan", ["--steps", "100000"], "the rates are 0"),
}


@pytest.mark.parametrize("case", TRAINING)
def test_trainings_that_are_refused(case, place, capfd):
    recipe, flags, words = TRAINING[case]
    singles(place)
    capfd.readouterr()
    assert train(recipe, *flags, "--run", "never") == 2
    _one_line(capfd.readouterr().err, words)
    assert not (place / "never").exists()


def empty_folder(place):
    (place / "nothing").mkdir(exist_ok=True)


def text(place):
    (place / "text.png").write_text("hello")


TRANSLATING = {
    "another recipe": ("pix2pix", "cyclegan", [], "is a run of cyclegan, not of pix2pix"),
    "one direction": ("pix2pix", "pix2pix", ["--direction", "BtoA"], "learns one direction"),
    "no file": ("pix2pix", "pix2pix", ["--input", "gone.png"], "gone.png: no such file"),
    "empty": ("cyclegan", "cyclegan", ["--input", "nothing"], "a folder without pictures"),
    "text": ("cyclegan", "cyclegan", ["--input", "text.png"], "not a readable picture"),
    "out": ("cyclegan", "cyclegan", ["--out", "x.txt"], "legal is a picture file"),
    "no run": ("cyclegan", "gone", [], "gone is not a run folder"),
}


@pytest.mark.parametrize("case", TRANSLATING)
def test_translations_that_are_refused(case, runs, place, capfd):
    recipe, run, flags, words = TRANSLATING[case]
    empty_folder(place)
    text(place)
    capfd.readouterr()
    assert infer(recipe, "--run", run, *flags) == 2
    _one_line(capfd.readouterr().err, words)


def test_what_is_read_is_not_written_over(runs, place, capfd):
    Image.fromarray(noise_pictures(1, (40, 40))[0]).save("mine.png")
    before = (place / "mine.png").read_bytes()
    assert infer("cyclegan", "--run", "cyclegan", "--input", "mine.png", "--out", "mine.png") == 2
    assert (place / "mine.png").read_bytes() == before
    _one_line(capfd.readouterr().err, "written over what is read")


def test_a_second_network_that_is_damaged(runs, place, capfd):
    hurt = shutil.copytree(runs["cyclegan"], place / "hurt")
    (hurt / "generator_back.keras").write_bytes(b"x")
    Image.fromarray(noise_pictures(1)[0]).save("one.png")
    assert infer("cyclegan", "--run", "hurt", "--input", "one.png", "--out", "fine.png") == 0
    capfd.readouterr()
    flags = ["--direction", "BtoA", "--input", "one.png"]
    assert infer("cyclegan", "--run", "hurt", *flags) == 2
    _one_line(capfd.readouterr().err, "generator_back.keras is damaged")


def _one_line(err, words):
    assert err.startswith("error: ") and err.count("\n") == 1, err
    assert re.search(words, err), err


def test_help_needs_no_tensorflow(no_tensorflow):
    for recipe in MORE:
        for command in ("train", "infer", "evaluate"):
            done = subprocess.run(
                [sys.executable, "-m", f"recipes.{recipe}.{command}", "--help"],
                env={"PYTHONPATH": f"{no_tensorflow}:{ROOT}"},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0 and "--run" in done.stdout, done.stderr
