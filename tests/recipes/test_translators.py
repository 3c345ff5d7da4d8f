"""Both translators from the command line, in this process: train, translate, refuse."""

import io
import re
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from PIL import Image

import data
from common.run.folder import Run
from data.domains import DomainsSource
from data.errors import Refused
from data.reading import Reading
from recipes.cyclegan.config import Config as CycleGANConfig
from recipes.pix2pix import config as pix2pix_config
from recipes.travelgan.measure import baseline
from tests.conftest import pictures
from tests.recipes.translators import here, noise_pictures

TINY = ["--width", "4", "--image-size", "32", "--pictures", "24", "--batch-size", "2"]
TINY += ["--sample-count", "3", "--log-every", "2", "--precision", "float32"]


def train(recipe, *flags):
    """Exit code of a training."""
    return here(f"recipes.{recipe}.train", *flags)


def infer(recipe, *flags):
    """Exit code of a translation."""
    return here(f"recipes.{recipe}.infer", *flags)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(autouse=True)
def there(place, monkeypatch):
    monkeypatch.chdir(place)


MORE = {"pix2pix": (), "cyclegan": ("--blocks", "1", "--pool", "3")}


@pytest.fixture(scope="module")
def runs(place):
    """A run of each recipe, with its first weights: what they make is no worse a picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for recipe, more in MORE.items():
            assert train(recipe, *TINY, *more, "--steps", 0, "--run", recipe) == 0
    return {recipe: place / recipe for recipe in MORE}


def pixels(path):
    return np.asarray(Image.open(path))


# --- training ---


def test_a_run_remembers_its_labels(runs):
    facts = yaml.safe_load((runs["pix2pix"] / "config.yaml").read_text())
    assert len(facts["data"]["labels"]) == 11 and [60, 60, 60] in facts["data"]["labels"]
    assert facts["config"]["input_channels"] == 3


def test_other_shapes_and_made_pairs(place, capfd):
    flags = ["--data", "houses", "--pairs", "edges", "--image-size", 32, 64, "--run", "edges"]
    assert train("pix2pix", *TINY, *flags, "--steps", 0) == 0
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
    assert small.notes(other, turned) == {"halves": False}, "photographs are no label maps"
    assert len(small.notes(data.find("facades"), one)["labels"]) == 11


# --- translating ---


def test_the_noise_is_another_with_another_seed(runs):
    saved = pixels(runs["pix2pix"] / "samples" / "latest.png")
    for seed, as_saved in ((0, True), (1, False)):
        assert infer("pix2pix", "--run", "pix2pix", "--seed", seed, "--out", "seeded.png") == 0
        assert np.array_equal(pixels("seeded.png"), saved) == as_saved


def test_each_way_has_a_place_of_its_own(runs):
    """The way back replaced what the way there had made."""
    Image.fromarray(noise_pictures(1, (32, 32))[0]).save("any.png")
    for flags, place in (([], "translated"), (["--direction", "BtoA"], "translated-BtoA")):
        assert infer("cyclegan", "--run", "cyclegan", "--input", "any.png", *flags) == 0
        assert (runs["cyclegan"] / place / "any.png").is_file()


def test_runs_that_another_recipe_is_measured_beside(runs, place):
    """A baseline must translate, and have learned from the same pictures in the same order."""
    run = Run.open(runs["cyclegan"], "cyclegan")
    ours = SimpleNamespace(facts={"recipe": "travelgan"})
    case = SimpleNamespace(run=ours, config=run.config(CycleGANConfig), source=data.find("seasons"))
    name, loaded = baseline(run.path, case)
    assert name == "cyclegan" and len(loaded.networks) == 2
    ours.facts["recipe"] = "cyclegan"
    with pytest.raises(Refused, match="is a run of cyclegan, too; --beside measures those"):
        baseline(run.path, case)
    ours.facts["recipe"] = "travelgan"
    turned = DomainsSource("seasons", dict(reversed(case.source.domains.items())))
    with pytest.raises(Refused, match="did not learn from the pictures that seasons has"):
        baseline(run.path, SimpleNamespace(**vars(case) | {"source": turned}))
    lost = place / "lost"
    shutil.copytree(run.path, lost)
    (lost / "generator_back.keras").unlink()
    with pytest.raises(Refused, match="has lost its generator_back.keras"):
        baseline(lost, case)
    with pytest.raises(Refused, match="no networks that translate pictures without more"):
        baseline(runs["pix2pix"], case)


def test_both_ways_are_those_of_the_samples(runs):
    """The sheet of a training has both directions in a row of six."""
    saved = pixels(runs["cyclegan"] / "samples" / "latest.png")
    for flags, left in (([], 0), (["--direction", "BtoA"], 198)):
        assert infer("cyclegan", "--run", "cyclegan", *flags, "--out", "way.png") == 0
        np.testing.assert_array_equal(pixels("way.png")[:64, :130], saved[:64, left : left + 130])


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
    "one direction": ("pix2pix", "pix2pix", ["--direction", "BtoA"], "learned one direction"),
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
