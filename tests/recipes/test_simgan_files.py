"""Training sets in files: refined, with everything that belongs to the pictures."""

import h5py
import numpy as np
import pytest
from PIL import Image

from data.errors import Refused
from recipes.simgan import training_set
from recipes.simgan.config import PRESETS

CONFIG = PRESETS["small"].__class__(image_size=(6, 8), channels=1, input_channels=1)
RNG = np.random.default_rng(0)
SET = {
    "images": RNG.integers(0, 256, (5, 6, 8), np.uint8),
    "gaze": RNG.normal(size=(5, 2)).astype(np.float32),
    "names": np.array([f"eye {number}" for number in range(5)]),
}


def inverted(images):
    return 255 - images


def refined(arrays, levels=None):
    return training_set.refined(arrays, "set.npz", CONFIG, levels, inverted)


def written(arrays, path):
    training_set.write(arrays, SET["images"][..., None], SET["images"][..., None], path)
    return training_set.read(str(path))


@pytest.mark.parametrize("ending", [".npz", ".h5"])
def test_labels_and_names_are_those_of_the_input(ending, tmp_path):
    """In either kind of file, read from either."""
    before = written(SET, tmp_path / f"set{ending}")
    made, key = refined(before)
    again = written(made, tmp_path / "out" / f"set{ending}")
    assert key == "images" and again.keys() == SET.keys()
    np.testing.assert_array_equal(again["images"], 255 - SET["images"])
    np.testing.assert_array_equal(again["gaze"], SET["gaze"])
    assert again["names"].astype(str).tolist() == SET["names"].tolist()
    with Image.open(tmp_path / "out" / "set-before-and-after.png") as sheet:
        assert sheet.width > sheet.height


def test_pictures_of_other_depths_are_read_as_in_the_training():
    deep = SET | {"images": SET["images"].astype(np.uint16) * 257}
    made, _ = refined(deep, levels=(0, 65535))
    np.testing.assert_array_equal(made["images"], 255 - SET["images"])
    with pytest.raises(Refused, match="uint16; legal is uint8, as in the run's training"):
        refined(deep)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": SET["images"][:, :5]}, "'images' is 8×5; this run refines 8×6"),
        ({"images": np.zeros((5, 6, 8, 3), np.uint8)}, "has 3 channels; this run refines .* 1"),
        ({"images": np.zeros((0, 6, 8), np.uint8)}, "has the shape"),
        ({"labels": np.zeros(4, np.int32)}, "4 'labels' for 5 pictures of 'images'"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    with pytest.raises(Refused, match=words):
        refined(SET | change)


def test_other_names_are_told():
    with pytest.raises(Refused, match="holds gaze, pics: no pictures"):
        refined({"pics": SET["images"], "gaze": SET["gaze"]})


@pytest.mark.parametrize("ending", [".npz", ".h5", ".npy"])
def test_damaged_files(ending, tmp_path):
    path = tmp_path / f"set{ending}"
    if ending == ".npy":
        np.save(path, SET["images"])
    else:
        written(SET, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Refused, match="damaged"):
        training_set.read(str(path))


def test_links_out_of_a_file_are_not_followed(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.arange(3)
    with h5py.File(tmp_path / "set.h5", "w") as file:
        file["images"] = SET["images"]
        file["linked"] = h5py.ExternalLink("other.h5", "/secret")
    with pytest.raises(Refused, match="'linked' is no array of this file"):
        training_set.read(str(tmp_path / "set.h5"))


def test_nothing_is_written_over(tmp_path):
    path = tmp_path / "set.npz"
    written(SET, path)
    for place, words in ((str(path), "is the input"), (str(tmp_path / "x.npz"), "there already")):
        (tmp_path / "x.npz").touch()
        with pytest.raises(Refused, match=words):
            training_set.check_out(path, place, overwrite=False)
    training_set.check_out(path, str(tmp_path / "x.npz"), overwrite=True)
    with pytest.raises(Refused, match="legal endings"):
        training_set.check_out(tmp_path / "set.csv", str(path), overwrite=False)


def test_tables_of_labels_go_with_a_folder(tmp_path):
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "gaze.csv").write_text("name,pitch\na.png,1\n")
    place, out = str(tmp_path / "in"), tmp_path / "out"
    assert training_set.copied_labels(place, out) == [out / "gaze.csv"]
    assert (out / "gaze.csv").read_bytes() == (tmp_path / "in" / "gaze.csv").read_bytes()
    (out / "gaze.csv").write_text("mine")
    assert training_set.copied_labels(place, out) == []
    assert (out / "gaze.csv").read_text() == "mine"
