"""This program's own output is no data: runs, sheets and translations are passed over."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import data
from common.callbacks.animation import animate
from common.commands.made import Made
from common.run.folder import Run
from common.translation.pictures import ENDINGS, InputImage, write
from data.errors import Refused
from data.loader import folders_of
from data.own import is_own, is_run
from data.sheet import save
from recipes.dcgan.config import Config
from tests.data.folders import noise, put


def run_in(folder):
    """A run with pictures, as they were before they had a mark."""
    run = Run.create(folder, "dcgan", Config(channels=3), {})
    for name in ("samples/step-0000000.png", "samples/latest.png", "pictures.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        noise().save(folder / name)
    return run


def learned(folder):
    source = data.find(str(folder))
    return source.count, source.remarks


def test_all_of_it_is_passed_over_and_told(tmp_path):
    photos = put(tmp_path / "photos", ["a.png", "b/c.png", "b/d.png"])
    before = learned(photos)
    run_in(photos / "run")
    save(noise(), photos / "sheet.png")
    write(InputImage("a.jpg", [], []), [np.asarray(noise())], photos / "translated" / "a.jpg")
    assert learned(photos)[0] == before[0] == 3
    said = "passed over, as made by this program: 2 pictures and 1 run"
    assert set(learned(photos)[1]) == {said} | set(before[1])
    # Wherever they have been copied to, and alone they are what is meant.
    shutil.copy(photos / "translated" / "a.jpg", photos / "b" / "z.jpg")
    assert learned(photos)[0] == 3
    assert learned(photos / "translated") == (1, ())
    assert learned(photos / "run" / "samples") == (2, ())


def test_a_run_is_no_data(tmp_path):
    run_in(tmp_path / "runs" / "one")
    with pytest.raises(Refused, match="one is a run, not a set of pictures; legal is a folder"):
        data.find(str(tmp_path / "runs" / "one"))
    with pytest.raises(Refused, match="holds no pictures .*; passed over, .*: 1 run"):
        data.find(str(tmp_path / "runs"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_pictures_say_who_made_them(tmp_path, ending):
    """In each format that has a place for it; the pixels stay what they are."""
    pixels = np.asarray(noise((64, 64)))
    image = InputImage(f"a{ending}", [pixels], [0])
    for name, size in (("small", 64), ("large", 600)):
        write(image, [np.asarray(noise((size, size)))], tmp_path / (name + ending))
        assert is_own(tmp_path / (name + ending)) == (ending != ".bmp")
    noise((64, 64)).save(tmp_path / f"other{ending}")
    assert not is_own(tmp_path / f"other{ending}")
    if ending in (".png", ".tif", ".bmp"):
        write(image, [pixels], tmp_path / f"same{ending}")
        assert (np.asarray(Image.open(tmp_path / f"same{ending}")) == pixels).all()


def test_what_else_is_written_says_so(tmp_path):
    Made(np.zeros((4, 8, 8, 3), np.uint8)).write(tmp_path / "sheet.webp")
    moving = InputImage("m.gif", [], [40, 40])
    for ending in (".gif", ".webp", ".png"):
        frames = [np.asarray(noise(seed=seed)) for seed in range(2)]
        write(moving, frames, tmp_path / f"m{ending}")
    save(noise(), tmp_path / "frame.png")
    animate([tmp_path / "frame.png"] * 2, tmp_path / "training.webp")
    assert all(is_own(file) for file in tmp_path.iterdir())


def test_what_only_looks_like_it_is_read(tmp_path):
    """A configuration of somebody else's; a picture that cannot be opened at all."""
    put(tmp_path, ["a.png", "yolo/b.png"])
    (tmp_path / "yolo" / "config.yaml").write_text("recipe: soup\ndata: 3\nconfig:\n  a: 1\n")
    assert not is_run(tmp_path / "yolo") and learned(tmp_path)[0] == 2
    assert not is_own(tmp_path / "none.png") and not is_own(tmp_path)


def test_the_folders_that_data_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("summer", "winter", "houses", "a,b"):
        Path(name).mkdir()
    for spec, folders in {
        "summer": ["summer"],
        "summer,winter": ["summer", "winter"],
        "a,b": ["a,b"],
        "summer/:trainA": ["summer"],
        # A name wins over a folder.
        "houses": [],
        "./houses": ["houses"],
        "seasons:winter,summer": ["summer"],
        "mnist": [],
        "nothing": [],
    }.items():
        assert folders_of(spec) == [Path(name) for name in folders], spec
