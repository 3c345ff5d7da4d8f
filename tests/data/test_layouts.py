"""What a folder holds is told by its sub-folders' names and its pictures' shapes."""

import pytest
from PIL import Image

import data
from tests.data.folders import NAMES, both, brightness, find, load, put

# --- single pictures and classes ---


def test_a_class_per_folder_gives_labels(tmp_path):
    put(tmp_path, ["cats/a.png", "cats/b.png", "dogs/a.png", "dogs/deep/b.png"])
    source = find(tmp_path)
    assert source.kind == "pictures"
    assert source.factors == {"label": ("cats", "dogs")} and source.modes == ("label",)
    assert load(source).factors["label"].tolist() == [0, 0, 1, 1]


def test_classes_inside_of_splits(tmp_path):
    put(tmp_path, ["train/cats/a.png", "train/dogs/b.png", "test/dogs/c.png"])
    source = find(tmp_path)
    assert source.factors == {"label": ("cats", "dogs")}
    assert load(source, "test").factors["label"].tolist() == [1]


@pytest.mark.parametrize(
    "names", [["a.png", "cats/b.png"], ["cats/a.png", "cats/b.png"], ["a.png", "b.png"]]
)
def test_no_classes_where_pictures_lie_beside_them_or_in_one_folder(tmp_path, names):
    assert find(put(tmp_path, names)).factors == {}


def test_letters_are_classes(tmp_path):
    put(tmp_path, [f"{letter}/x.png" for letter in "ABC"])
    assert find(tmp_path).factors == {"label": ("A", "B", "C")}


def test_folders_around_the_set_mean_nothing(tmp_path):
    both(tmp_path / "download" / "horse2zebra", "trainA", "trainB")
    assert find(tmp_path).kind == "domains"


# --- splits ---


def many(folder, count=120):
    return put(folder, [f"p{i:03}.png" for i in range(count)])


def test_two_splits_are_training_and_testing_whatever_the_second_is_called(tmp_path):
    many(tmp_path / "train")
    put(tmp_path / "val", ["a.png", "b.png"], start=200)
    source = find(tmp_path)
    assert brightness(load(source, "test").samples) == [200, 201]
    parts = [brightness(load(source, split).samples) for split in ("train", "validation")]
    assert [len(part) for part in parts] == [101, 19]
    assert sorted(parts[0] + parts[1]) == list(range(120))


def test_three_splits_are_as_they_are_called(tmp_path):
    for number, split in enumerate(("train", "val", "test")):
        put(tmp_path / split, ["a.png"], start=10 * number)
    source = find(tmp_path)
    got = [brightness(load(source, s).samples) for s in ("train", "validation", "test")]
    assert got == [[0], [10], [20]]


def test_what_lies_beside_the_splits_is_not_used_and_said(tmp_path):
    put(tmp_path, ["train/a.png", "test/b.png", "c.png", "spare/d.png"])
    source = find(tmp_path)
    assert source.count == 2
    (remark,) = source.remarks
    assert remark.startswith("2 pictures beside test/ and train/ are not used (--layout classes ")


@pytest.mark.parametrize(
    "names", [("Train", "Test"), ("training", "testing"), ("TRAIN", "valid"), ("train", "dev")]
)
def test_other_names_for_splits(tmp_path, names):
    for start, name in enumerate(names):
        put(tmp_path / name, ["a.png", "b.png"], start=10 * start)
    source = find(tmp_path)
    assert source.factors == {} and brightness(load(source, "test").samples) == [10, 11]


def test_folders_between_split_and_side(tmp_path):
    for start, name in enumerate(("train/set1/A", "train/set1/B", "test/set1/A", "test/set1/B")):
        put(tmp_path / name, NAMES, start=10 * start)
    source = find(tmp_path)
    assert source.kind == "pairs" and len(load(source, "test")) == len(NAMES)


def test_classes_that_are_called_like_splits(tmp_path):
    put(tmp_path / "v", ["bus/a.png", "car/b.png", "train/c.png"], size=(40, 20))
    (remark,) = find(tmp_path / "v", layout="auto").remarks[:1]
    assert remark == (
        "2 pictures beside train/ are not used (--layout classes takes all folders as classes)"
    )
    for layout in ("classes", "pictures"):
        source = find(tmp_path / "v", layout=layout)
        assert source.factors == {"label": ("bus", "car", "train")} and source.count == 3
        assert brightness(load(source).samples) == [0, 1, 2]


@pytest.mark.parametrize(
    ("folders", "named"),
    [
        (("valid", "invalid"), "valid/ is what a validation split is called"),
        (("test", "dev"), "dev/ and test/ is what a test or validation split is called"),
    ],
)
def test_folders_that_leave_nothing_for_training_are_named(tmp_path, folders, named):
    put(tmp_path, [f"{folder}/{name}" for folder in folders for name in NAMES])
    with pytest.raises(data.Refused, match=f"{named}, and nothing is left .*--layout classes"):
        load(find(tmp_path))
    for layout in ("classes", "pictures"):
        source = find(tmp_path, layout=layout)
        assert source.factors == {"label": tuple(sorted(folders))}
        assert len(load(source)) == 2 * len(NAMES)


def test_a_folder_around_all_that_is_called_test(tmp_path):
    put(tmp_path / "job", [f"test/{name}" for name in NAMES])
    with pytest.raises(data.Refused, match="job: test/ is what a test split is called"):
        load(find(tmp_path / "job"))
    # What is there can still be tested with.
    assert len(load(find(tmp_path / "job"), "test")) == len(NAMES)
    assert len(load(find(tmp_path / "job", layout="pictures"))) == len(NAMES)
    with pytest.raises(data.Refused, match=r"4 pictures of .* are in no folder of a class, .*p0"):
        find(tmp_path / "job", layout="classes")
    put(tmp_path / "deep", ["test/cats/a.png", "test/dogs/b.png"])
    assert find(tmp_path / "deep", layout="pictures").factors == {"label": ("cats", "dogs")}


def test_layout_pictures_keeps_splits_that_are_some(tmp_path):
    put(tmp_path, ["train/cats/a.png", "train/dogs/b.png", "test/cats/c.png"])
    source = find(tmp_path, layout="pictures")
    assert source.factors == {"label": ("cats", "dogs")}
    assert [len(load(source, split)) for split in ("train", "test")] == [2, 1]


def test_backslashes_are_folders(tmp_path):
    put(tmp_path, ["cats\\a.png", "dogs\\b.png", "dogs\\more\\c.png"])
    source = find(tmp_path)
    assert source.factors == {"label": ("cats", "dogs")}
    assert "3 names with a backslash: taken as folders" in source.remarks
    assert brightness(load(source).samples) == [0, 1, 2]


# --- fit ---


def test_padding_keeps_the_whole_picture_and_cropping_its_middle(tmp_path):
    wide = Image.new("RGB", (40, 20), "red")
    wide.paste("blue", (0, 0, 4, 20))
    wide.save(tmp_path / "p.png")
    cropped = load(find(tmp_path, layout="pictures"), size=20).samples[0]
    assert (cropped[..., 0] == 255).all() and (cropped[..., 2] == 0).all()
    padded = load(find(tmp_path, layout="pictures", fit="pad"), size=20).samples[0]
    assert (padded[:5] == 255).all() and (padded[-5:] == 255).all()
    assert padded[10, 0, 2] > 250 and padded[10, 19, 0] > 250


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_other_shapes_than_squares(tmp_path, fit):
    put(tmp_path, NAMES, size=(40, 20))
    images = load(find(tmp_path, layout="pictures", fit=fit), size=(10, 20)).samples
    assert images.shape == (len(NAMES), 10, 20, 3) and brightness(images) == list(range(len(NAMES)))
