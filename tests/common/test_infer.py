"""From a run folder to samples: no training needed, only small networks in a folder."""

import dataclasses
import os
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from common.batches import draw_latents, rng_for
from common.commands.infer import LatentFlags, from_latents, main
from common.commands.made import Made
from common.run.loaded import LoadedRun
from data.errors import EnvironmentFailure, Refused
from tests.common.run_folders import (
    SETTINGS,
    LatentConfig,
    OtherConfig,
    made_of,
    pictures_from,
    run_of,
)


@dataclasses.dataclass
class LabelFlags(LatentFlags):
    """Make samples of one label."""

    label: int = 0
    """Which."""


def draw(config, rng, count, flags):
    latent = draw_latents(rng, count, config.latent_size, config.prior)
    return {"latent": latent, "label": np.full(count, flags.label, np.int32)}


@pytest.fixture(autouse=True)
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# --- samples ---


def test_a_sample_is_the_same_however_many_are_asked_for(run):
    few, many = made_of(run, count=3), made_of(run, count=130)
    assert few.samples.shape == (3, 4, 4, 1) and many.samples.dtype == np.uint8
    np.testing.assert_array_equal(few.samples, many.samples[:3])
    assert len(np.unique(many.samples.reshape(130, -1), axis=0)) == 130


def test_they_are_those_of_the_training_unless_another_seed_says_so(run):
    latents = draw_latents(rng_for(0, "samples"), 4, 5, "normal")
    np.testing.assert_array_equal(made_of(run, count=4).inputs["latent"], latents)
    np.testing.assert_array_equal(made_of(run, count=4, seed=0).inputs["latent"], latents)
    assert (made_of(run, count=4, seed=1).inputs["latent"] != latents).all()


def test_making_writes_nothing(run, monkeypatch):
    """Pure: a page that shows samples calls the same function."""
    monkeypatch.setattr(sys, "argv", ["page", "--nonsense"])
    before = sorted(run.parent.rglob("*"))
    assert made_of(run, interpolate=2).title == "interpolation"
    assert sorted(run.parent.rglob("*")) == before


def test_walks_and_sums(run):
    numbered = made_of(run)
    walk = made_of(run, interpolate=2)
    assert walk.columns == 10 and len(walk.samples) == 20
    np.testing.assert_array_equal(walk.samples[[0, 10]], numbered.samples[[0, 2]])
    summed = made_of(run, arithmetic="3,9 - 70")
    # A row a term, filled up with its average: 3, 9, both; 70.
    np.testing.assert_array_equal(summed.samples[:2], numbered.samples[[3, 9]])
    assert summed.columns == 4 and summed.title == "arithmetic"


def test_what_else_a_network_is_given(tmp_path):
    """Walks and sums keep to the label that is asked for; nothing but latents is added."""
    model = pictures_from("latent", "label")
    run = run_of(tmp_path / "run", LatentConfig(**SETTINGS), generator=model)
    loaded = LoadedRun.open(run, "toy", LatentConfig)
    made = {}
    for label in (0, 3):
        for name, asked in {
            "few": {"count": 3},
            "walk": {"interpolate": 1},
            "sum": {"arithmetic": "1 - 2"},
        }.items():
            flags = LabelFlags(run=run, label=label, **asked)
            made[name, label] = from_latents(loaded, flags, draw)
            assert (made[name, label].inputs["label"] == label).all()
    for name in ("few", "walk", "sum"):
        assert (made[name, 3].samples > made[name, 0].samples).all()
    np.testing.assert_array_equal(made["walk", 3].samples[0], made["few", 3].samples[0])


def test_points_stay_numbers(tmp_path):
    latent = keras.Input((5,), name="latent")
    model = keras.Model(latent, keras.layers.Dense(2)(latent))
    config = LatentConfig(kind="points", channels=2)
    run = run_of(tmp_path / "run", config, generator=model)
    made = made_of(run, count=70)
    assert made.samples.shape == (70, 2) and made.samples.dtype == np.float32
    assert sorted(made.arrays()) == ["latent", "points"] and made.title == "points"
    assert made.sheet().size == (400, 400)
    with pytest.raises(Refused, match="--numbered: legal where pictures are made; .* makes points"):
        made_of(run, numbered=True)


# --- refusals ---


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"count": 0}, "--count 0: legal is 1 to 10000"),
        ({"count": 10_001}, "--count 10001"),
        ({"seed": -1}, "--seed -1: legal is 0 to 4294967295"),
        ({"interpolate": 1001}, "--interpolate 1001: legal is 0 to 1000"),
        ({"arithmetic": "1 +"}, "--arithmetic .*: legal are picture numbers"),
        ({"arithmetic": ""}, "--arithmetic .*: legal are picture numbers"),
        ({"arithmetic": "1", "interpolate": 2}, "--interpolate and --arithmetic: legal is one of"),
        ({"out": "x.txt"}, "--out x.txt: legal endings are .png .*, or none for a folder"),
        ({"out": "x", "numbered": True}, "--numbered: legal with a sheet"),
    ],
)
def test_refused(run, flags, words):
    flags = {name: run / value if name == "out" else value for name, value in flags.items()}
    with pytest.raises(Refused, match=words.replace("--out x", "--out .*x")):
        made_of(run, **flags)


@pytest.mark.parametrize("flags", [{"interpolate": 2}, {"arithmetic": "1 - 2"}])
def test_no_walks_where_there_are_no_latents(tmp_path, flags):
    run = run_of(tmp_path / "run", OtherConfig(**SETTINGS), generator=pictures_from("input"))
    loaded = LoadedRun.open(run, "toy", OtherConfig)
    with pytest.raises(Refused, match="legal where latents come from a prior"):
        LatentFlags(run=run, **flags).check(loaded)


def test_what_killed_processes_left_is_tidied(tmp_path):
    """Beside what is written; not what another process may be about to write."""
    old, new = tmp_path / ".aside-old.png", tmp_path / ".aside-new.png"
    made = Made(np.zeros((2, 4, 4, 1), np.uint8))
    for write in (lambda: made.write(tmp_path / "a.png"), lambda: made.write_each(tmp_path, "b")):
        for file in (old, new):
            file.write_bytes(b"half")
        os.utime(old, (0, 0))
        write()
        assert not old.exists() and new.exists()


def test_a_disk_that_takes_nothing(tmp_path):
    made = Made(np.zeros((2, 4, 4, 1), np.uint8))
    (tmp_path / "file").write_text("")
    for name in ("a.png", "a.npz"):
        with pytest.raises(EnvironmentFailure, match=f"{name} cannot be written"):
            made.write(tmp_path / "file" / name)


# --- the program ---


def program(monkeypatch, *arguments, **options):
    monkeypatch.setattr(sys, "argv", ["infer", *map(str, arguments)])
    return main("toy/infer.py", LatentConfig, **options)


def test_the_program(run, monkeypatch, capsys):
    assert program(monkeypatch, "--run", "run", "--count", 5) == 0
    assert capsys.readouterr().out == "5 pictures: run/pictures.png\n"
    assert Image.open(run / "pictures.png").size == (3 * 66 - 2, 2 * 66 - 2)
    assert program(monkeypatch, "--run", "run", "--count", 5, "--out", "a.npz") == 0
    with np.load("a.npz") as file:
        assert file["images"].shape == (5, 4, 4, 1) and file["latent"].shape == (5, 5)


def test_a_folder_gets_a_file_of_each_picture(run, monkeypatch, capsys):
    """And nothing in it is overwritten unasked, whoever made it."""
    expected = made_of(run, count=3).samples
    words = ("--run", "run", "--count", 3, "--out", "pics/")
    assert program(monkeypatch, *words) == 0
    assert capsys.readouterr().out == "3 pictures: pics\n"
    files = [Path("pics") / f"seed0-000{number}.png" for number in (1, 2, 3)]
    assert sorted(Path("pics").iterdir()) == files
    for file, picture in zip(files, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), picture[..., 0])
    files[1].write_text("mine")
    files[0].unlink()
    assert program(monkeypatch, *words) == 2
    assert capsys.readouterr().err == (
        "error: --out pics holds seed0-0002.png already; legal are another folder, another "
        "--seed, or --overwrite\n"
    )
    assert not files[0].exists() and files[1].read_text() == "mine"
    assert program(monkeypatch, *words, "--overwrite") == 0
    np.testing.assert_array_equal(np.asarray(Image.open(files[1])), expected[1, ..., 0])
    for flags, name in (
        (("--seed", 7), "seed7-0003.png"),
        (("--interpolate", 1), "seed0-interpolation-0010.png"),
        (("--arithmetic", "1-2"), "seed0-arithmetic-0016.png"),
    ):
        assert program(monkeypatch, *words, *flags) == 0 and Path("pics", name).is_file()
    Path("file").write_text("mine")
    assert program(monkeypatch, *words[:-1], "file") == 2
    assert "a file without an ending" in capsys.readouterr().err


@dataclasses.dataclass
class ReadingFlags(LatentFlags):
    """Make something of a picture."""

    input: str | tuple[str, ...] = ()
    """Which."""


@pytest.mark.parametrize("kind", [str, lambda file: (file,)])
def test_what_is_read_is_never_written_over(run, kind):
    """Neither the file itself, nor a file of a folder; what this program made may be."""
    Path("photos").mkdir()
    for name in ("a", "b"):
        Image.new("L", (4, 4)).save(f"photos/{name}.png")

    def check(read, out, **more):
        flags = ReadingFlags(run=run, input=kind(read), out=Path(out), **more)
        flags.check(LoadedRun.open(run, "toy", LatentConfig))

    for read, out, more in (
        ("photos/a.png", "photos/a.png", {}),
        ("photos/a.png", "photos/../photos/a.png", {}),
        ("photos/a.png", "photos", {"overwrite": True}),
        ("photos", "photos", {}),
        ("photos", "photos/b.png", {}),
    ):
        with pytest.raises(Refused, match="--out .*: would be written over what is read"):
            check(read, out, **more)
    check("photos/a.png", "photos")
    check("photos", "photos/c.png")
    # What is no picture, is not read.
    Path("photos/answers.npz").write_text("of before")
    check("photos", "photos/answers.npz")
    Made(np.zeros((1, 4, 4, 1), np.uint8)).write(Path("photos/c.png"))
    check("photos", "photos/c.png")
    with pytest.raises(Refused, match="--out photos/a.png/x.png: photos/a.png is a file, not a fo"):
        check("photos/b.png", "photos/a.png/x.png")


def test_points_have_no_files_of_their_own(tmp_path):
    config = LatentConfig(channels=2, kind="points")
    run_of(tmp_path / "run", config, generator=pictures_from("latent"))
    with pytest.raises(Refused, match="--out x: a folder is legal where pictures are made"):
        LatentFlags(run=Path("run"), out=Path("x")).check(
            LoadedRun.open(Path("run"), "toy", LatentConfig)
        )


def test_a_recipe_with_flags_of_its_own(run, monkeypatch, capfd):
    def make(loaded, flags):
        return Made(np.full((2, 8, 8, 1), flags.label, np.uint8), title="labels")

    options = {"make": make, "flags": LabelFlags}
    assert program(monkeypatch, "--run", "run", "--label", 7, **options) == 0
    assert (np.asarray(Image.open(run / "labels.png"))[0, :8] == 7).all()
    assert program(monkeypatch, "--run", "run", "--lable", 7, **options) == 2
    err = capfd.readouterr().err
    assert "perhaps you meant --label" in err and err.count("\n") == 1
