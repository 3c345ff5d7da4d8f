"""Training sets in files: refined, with everything that belongs to the pictures."""

from dataclasses import replace
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from PIL import Image

from data.errors import Refused
from recipes.simgan import infer, training_set
from recipes.simgan.config import PRESETS
from recipes.simgan.tables import copy_tables

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


@pytest.mark.parametrize("name", ["file", "allow_pickle", "digest", "a/b"])
def test_any_name_of_an_array_is_kept(name, tmp_path):
    """Also one that numpy.savez has for itself, or that this program writes into its own files."""
    again = written(SET | {name: np.arange(5)}, tmp_path / "set.npz")
    np.testing.assert_array_equal(again[name], np.arange(5))


@pytest.mark.parametrize(
    ("ending", "name", "values", "words"),
    [
        (".h5", "a/b", np.arange(5), "legal are names without /"),
        (".h5", "date", np.zeros(5, "M8[s]"), r"\(datetime64\[s\]\) cannot be written"),
        (".h5", "both", np.zeros(5, "i4,U3"), "legal are numbers and texts"),
        (".h5", "zero", np.array(["a\0b"] * 5), "legal are numbers and texts"),
        (".npz", "lists", np.array([[1], None], object), r"\(Python objects\) cannot be written"),
    ],
)
def test_what_a_file_has_no_place_for_is_refused(ending, name, values, words, tmp_path):
    with pytest.raises(Refused, match=words):
        training_set.check_writable(SET | {name: values}, tmp_path / f"set{ending}")
    texts = np.array([f"eye {number}" for number in range(5)], object)
    training_set.check_writable(SET | {"texts": texts}, tmp_path / f"set{ending}")


def test_arrays_that_belong_to_no_picture_are_told():
    made, key = refined(SET | {"gaze": SET["gaze"][:3], "version": np.array(2)})
    kept, told = training_set.belonging(made, key)
    assert kept == ["names"]
    assert told == ["'gaze' has 3 rows for 5 pictures, and is kept as it is"]


def test_pictures_for_tests_are_refined_as_well():
    """With labels of their own, as many as they are."""
    both = {"x_train": SET["images"], "x_test": SET["images"][:2], "y_train": np.arange(5)}
    made, _ = refined(both | {"y_test": np.arange(2)})
    np.testing.assert_array_equal(made["x_test"], 255 - SET["images"][:2])
    with pytest.raises(Refused, match="set.npz: 5 'y_test' for 2 pictures of 'x_test'"):
        refined(both | {"y_test": np.arange(5)})
    with pytest.raises(Refused, match="1 'labels' for 5 pictures"):
        refined(SET | {"labels": np.array(3)})


def test_the_sheet_replaces_no_file_of_a_user(tmp_path):
    mine = tmp_path / "set-before-and-after.png"
    mine.write_text("mine")
    images = SET["images"][..., None]
    for _ in range(2):
        sheet = training_set.write(SET, images, images, tmp_path / "set.npz")
        assert sheet.name == "set-before-and-after-2.png" and mine.read_text() == "mine"
    assert training_set.write(SET, images, images, tmp_path / "set.npz", True) == mine


def test_a_file_that_is_not_there_is_said_to_be(tmp_path):
    (tmp_path / "set.npz").touch()
    training_set.check_out(tmp_path / "set.npz", str(tmp_path / "none.npz"), overwrite=True)
    with pytest.raises(Refused, match="none.npz: no such file"):
        training_set.read(str(tmp_path / "none.npz"))


@pytest.fixture
def folders(tmp_path):
    """A folder of pictures with tables, and where its pictures were refined to."""
    for name in ("in", "in/more", "out", "out/more"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "gaze.csv").write_text("name,pitch\na.png,1\n")
    (tmp_path / "in" / "more" / "GAZE.CSV").write_text("name,pitch\nb.png,2\n")
    return tmp_path / "in", tmp_path / "out"


def test_tables_of_labels_go_with_a_folder(folders):
    place, out = folders
    copies = copy_tables(str(place), out)
    assert copies.files == [out / "gaze.csv", out / "more" / "GAZE.CSV"] and not copies.notes
    for copy in copies.files:
        assert copy.read_bytes() == (place / copy.relative_to(out)).read_bytes()
    assert copy_tables(str(place), out) == copies


def test_another_table_stays_and_that_is_said(folders):
    place, out = folders
    copy_tables(str(place), out)
    (place / "gaze.csv").write_text("name,pitch\na.png,3\n")
    copies = copy_tables(str(place), out)
    assert copies.files == [out / "more" / "GAZE.CSV"]
    assert copies.notes == [
        f"{out / 'gaze.csv'} is there already, and not what {place / 'gaze.csv'} is; --overwrite "
        "replaces it"
    ]
    assert copy_tables(str(place), out, overwrite=True).notes == []
    assert (out / "gaze.csv").read_text().endswith("3\n")


def test_pictures_that_are_called_otherwise_are_told(folders):
    place, out = folders
    (place / "a.bmp").touch()
    assert "end in .png where these ended in .bmp;" in copy_tables(str(place), out).notes[0]


def test_all_pictures_of_a_run_keep_their_labels(tmp_path):
    """Classes as words, under the name that a training finds them by."""
    words = np.array(["left", "right"] * 20)
    images = RNG.integers(0, 256, (40, 6, 8), np.uint8)
    np.savez(tmp_path / "sim.npz", images=images, labels=words, side=words, gaze=np.ones((40, 2)))
    np.savez(tmp_path / "real.npz", images=images)
    config = replace(CONFIG, data=f"{tmp_path / 'sim.npz'},{tmp_path / 'real.npz'}")
    arrays = infer.of_run(SimpleNamespace(config=config), SimpleNamespace(data=None))
    assert arrays.keys() == {"images", "labels", "side", "gaze"}
    which = [(images == picture).all((1, 2)).argmax() for picture in arrays["images"][..., 0]]
    np.testing.assert_array_equal(arrays["labels"], words[which])
    np.testing.assert_array_equal(arrays["side"], words[which])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"direction": "BtoA"}, "--direction: legal with pictures, not with a file of arrays"),
        ({"whole": True}, "--whole: legal with pictures"),
        ({"data": "eyes"}, "--data and --input: legal is one of them"),
        ({"all": True}, "--all and --input: legal is one of them"),
    ],
)
def test_flags_that_say_nothing_of_arrays_are_refused(changes, words, tmp_path):
    loaded = SimpleNamespace(run=SimpleNamespace(path=tmp_path))
    flags = infer.Flags(run=tmp_path, input="set.npz")
    flags.check(loaded)
    assert flags.place_of_set(tmp_path) == tmp_path / "set-refined.npz"
    with pytest.raises(Refused, match=words):
        replace(flags, **changes).check(loaded)
