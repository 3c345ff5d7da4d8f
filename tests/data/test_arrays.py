"""Arrays in .h5 files; those in .npz files are tested with the sources."""

import errno
import fcntl
import os

import h5py
import numpy as np
import pytest

import data
from data.reading import Reading
from data.splits import SPLITS, hold_out

X = np.random.default_rng(0).integers(0, 256, (130, 12, 12, 3), np.uint8)
Y = np.arange(130) % 3


@pytest.fixture
def h5(tmp_path):
    """Writes arrays into a file of their names."""

    def write(name="a.h5", **arrays):
        with h5py.File(tmp_path / name, "w") as file:
            for key, value in arrays.items():
                file[key] = value
        return tmp_path / name

    return write


def load(path, split="train", size=12, **choices):
    return data.find(str(path), Reading(**choices)).load(split, size, 0, 0)


@pytest.mark.parametrize("name", ["a.h5", "a.hdf5"])
@pytest.mark.parametrize("memory", ["1", "0"])
def test_an_h5_file_is_read_as_an_npz_is(h5, tmp_path, monkeypatch, name, memory):
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", memory)
    monkeypatch.setattr("data.h5_sets._AT_ONCE", 7)
    path = h5(name, x_train=X, y_train=Y, x_test=X[:9], y_test=Y[:9])
    np.savez(tmp_path / "a.npz", x_train=X, y_train=Y, x_test=X[:9], y_test=Y[:9])
    source = data.find(str(path))
    assert (source.channels, source.count, source.describe_sizes()) == (3, 130, "12×12")
    for split in ("train", "validation", "test"):
        for size in (12, 8):
            ours, theirs = load(path, split, size), load(tmp_path / "a.npz", split, size)
            np.testing.assert_array_equal(ours.samples, theirs.samples)
            np.testing.assert_array_equal(ours.factors["label"], theirs.factors["label"])
            assert isinstance(ours.samples, np.memmap) == (memory == "0")


def test_the_fit_is_obeyed(h5):
    wide = X[:, :6]
    cropped, padded = (load(h5(images=wide), size=12, fit=fit).samples for fit in ("crop", "pad"))
    assert (padded[:, :3] == 255).all() and not (cropped[:, :3] == 255).all()


def test_grey_arrays(h5):
    assert load(h5(images=X[..., 0])).samples.shape == (106, 12, 12, 1)


@pytest.mark.parametrize("kind", ["npz", "h5", "bytes"])
def test_labels_that_are_words(h5, tmp_path, kind):
    names = np.array(["dog", "cat", "cow"])[Y]
    if kind == "npz":
        np.savez(tmp_path / "a.npz", x_train=X, y_train=names, x_test=X[:3], y_test=names[:3])
        path = tmp_path / "a.npz"
    else:
        text = names.astype("S") if kind == "bytes" else names.astype(object)
        path = h5(x_train=X, y_train=text, x_test=X[:3], y_test=text[:3])
    for _ in range(2):
        source = data.find(str(path))
        assert source.factors == {"label": ("cat", "cow", "dog")}
        assert load(path, "test").factors["label"].tolist() == [2, 0, 1]


def test_labels_that_only_the_test_has(tmp_path):
    labels = {"y_train": Y, "y_test": np.array([7, 0])}
    np.savez(tmp_path / "a.npz", x_train=X, x_test=X[:2], **labels)
    assert len(data.find(str(tmp_path / "a.npz")).factors["label"]) == 8
    np.savez(tmp_path / "b.npz", x_train=X, x_test=X[:2], y_train=Y, y_test=np.array([-1, 0]))
    assert data.find(str(tmp_path / "b.npz")).factors == {}


@pytest.mark.parametrize("kind", [float, np.float16, bool, np.int64, np.uint8])
@pytest.mark.parametrize("ending", ["npz", "h5"])
def test_labels_are_whole_numbers_of_any_type(h5, tmp_path, kind, ending):
    labels = (np.arange(130) % 2).astype(kind)
    path = tmp_path / "a.npz"
    np.savez(path, x_train=X, y_train=labels)
    source = data.find(str(h5(x_train=X, y_train=labels) if ending == "h5" else path))
    assert source.factors == {"label": ("0", "1")} and source.modes == ("label",)
    loaded = source.load("train", 12, 0, 0).factors["label"]
    assert loaded.dtype == np.int32 and set(loaded) == {0, 1}


@pytest.mark.parametrize("ending", ["npz", "h5"])
@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (Y + 0.5, r"a.*: 'y_train' holds 0.5; legal are whole numbers or words"),
        (np.where(Y == 2, np.nan, Y), "'y_train' holds nan; legal are whole numbers or words"),
        (Y + 1j, "'y_train' is complex128; legal are whole numbers or words"),
        (np.zeros((130, 12, 12)), r"'y_train' has the shape \(130, 12, 12\); legal is one label"),
        (np.eye(3)[Y], "390 labels for the 130"),
    ],
)
def test_labels_that_are_none(h5, tmp_path, ending, labels, words):
    np.savez(tmp_path / "a.npz", x_train=X, y_train=labels)
    path = h5(x_train=X, y_train=labels) if ending == "h5" else tmp_path / "a.npz"
    refused(path, words)


@pytest.mark.parametrize("ending", ["npz", "h5"])
def test_words_in_any_encoding(h5, tmp_path, ending):
    words = np.array(["Kuh", "Kälbchen", "Größe"])[Y]
    for encoding in ("utf-8", "latin-1"):
        text = np.char.encode(words, encoding)
        np.savez(tmp_path / "a.npz", x_train=X, y_train=text)
        path = h5(x_train=X, y_train=text) if ending == "h5" else tmp_path / "a.npz"
        assert data.find(str(path)).factors == {"label": ("Größe", "Kuh", "Kälbchen")}


def test_labels_of_one_split_alone(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=X, x_test=X[:9], y_test=Y[:9])
    source = data.find(str(tmp_path / "a.npz"))
    assert source.factors == {} and source.load("test", 12, 0, 0).factors == {}
    assert source.remarks == ("the labels 'y_test' are not used, as there is no 'y_train'",)
    np.savez(tmp_path / "a.npz", x_train=X, x_test=X[:9], y_train=Y)
    source = data.find(str(tmp_path / "a.npz"))
    assert source.factors == {"label": ("0", "1", "2")} and source.modes == ("label",)
    assert set(source.load("train", 12, 0, 0).factors["label"]) == {0, 1, 2}
    assert source.load("test", 12, 0, 0).factors == {}


@pytest.mark.parametrize("ending", ["npz", "h5"])
@pytest.mark.parametrize("samples", ["x_train", "images", "arr_0"])
def test_labels_that_are_called_label(h5, tmp_path, ending, samples):
    arrays = {samples: X, "label": np.array(["dog", "cat", "cow"])[Y].astype("S")}
    np.savez(tmp_path / "a.npz", **arrays)
    source = data.find(str(h5(**arrays) if ending == "h5" else tmp_path / "a.npz"))
    assert source.factors == {"label": ("cat", "cow", "dog")} and source.modes == ("label",)
    index = hold_out(130, "train", None, np.array([2, 0, 1])[Y])
    loaded = source.load("train", 12, 0, 0)
    np.testing.assert_array_equal(loaded.samples, X[index])
    np.testing.assert_array_equal(loaded.factors["label"], np.array([2, 0, 1])[Y][index])


@pytest.mark.parametrize("ending", ["npz", "h5"])
def test_labels_win_over_what_is_called_label(h5, tmp_path, ending):
    arrays = {"images": X, "labels": Y, "label": np.arange(130)}
    np.savez(tmp_path / "a.npz", **arrays)
    source = data.find(str(h5(**arrays) if ending == "h5" else tmp_path / "a.npz"))
    assert source.factors == {"label": ("0", "1", "2")}
    assert source.remarks == ("'label' is not used, as there is 'labels'",)
    assert set(source.load("train", 12, 0, 0).factors["label"]) == {0, 1, 2}


def test_pictures_that_are_called_label_are_no_labels(tmp_path):
    np.savez(tmp_path / "a.npz", images=X, label=X[..., 0])
    source = data.find(str(tmp_path / "a.npz"))
    assert source.factors == {} and len(source.load("train", 12, 0, 0)) == 106


@pytest.mark.parametrize("ending", ["npz", "h5"])
@pytest.mark.parametrize("first", [2**31, 2**40, -(2**62), 2**63])
def test_factors_of_large_numbers(h5, tmp_path, ending, first):
    people = np.array([first + number for number in range(26)])[np.arange(130) % 26]
    np.savez(tmp_path / "a.npz", images=X, person=people)
    path = h5(images=X, person=people) if ending == "h5" else tmp_path / "a.npz"
    known = load(path).factors["person"]
    np.testing.assert_array_equal(known, people[hold_out(130, "train")])
    held = [load(path, split, split_by="person").factors["person"] for split in SPLITS]
    assert sorted(value for part in held for value in set(part.tolist())) == people[:26].tolist()


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5"])
def test_one_array_in_a_file_of_any_name(tmp_path, name):
    with open(tmp_path / name, "wb") as file:
        np.save(file, X)
    np.testing.assert_array_equal(load(tmp_path / name).samples, X[hold_out(130, "train")])
    with open(tmp_path / name, "wb") as file:
        np.save(file, np.zeros(3))
    refused(tmp_path / name, r"'arr_0' has the shape \(3,\)")
    with open(tmp_path / name, "wb") as file:
        np.save(file, np.array([object()]), allow_pickle=True)
    refused(tmp_path / name, "never pickles")


def test_a_file_that_is_called_like_another(h5, tmp_path):
    one = h5("a.npz", images=X)
    np.savez(tmp_path / "b.npz", images=X)
    other = (tmp_path / "b.npz").rename(tmp_path / "b.hdf5")
    for path in (one, other):
        assert data.find(str(path)).count == 130
    one.rename(tmp_path / "A.NPZ")
    assert data.find(str(tmp_path / "A.NPZ")).count == 130


def test_a_file_that_may_not_be_read(h5, tmp_path, monkeypatch):
    path = h5(images=X)
    opened = open

    def forbidden(file, *words, **options):
        if file == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        return opened(file, *words, **options)

    monkeypatch.setattr("builtins.open", forbidden)
    refused(path, "a.h5 cannot be read: Permission denied")


def test_a_file_that_another_program_writes(h5):
    path = h5(images=X)
    with open(path, "rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        refused(path, "a.h5 is locked by another program that writes it")


@pytest.mark.parametrize(("name", "reader"), [("a.npz", "npz_sets"), ("a.h5", "h5_sets")])
def test_faults_of_our_own_are_not_taken_for_damage(h5, tmp_path, monkeypatch, name, reader):
    np.savez(tmp_path / "a.npz", images=X)
    h5(images=X)
    kind = "ArraySource" if reader == "npz_sets" else "H5Source"
    monkeypatch.setattr(f"data.{reader}.{kind}", lambda *words: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        data.find(str(tmp_path / name))


@pytest.mark.parametrize("layout", ["pairs", "domains"])
def test_arrays_are_single_pictures(h5, layout):
    with pytest.raises(data.Refused, match=f"--layout {layout}: a.h5 holds arrays"):
        data.find(str(h5(images=X)), Reading(layout=layout))


def test_beside_pictures_arrays_are_passed_over(h5, tmp_path):
    from tests.data.folders import put

    h5(images=X)
    put(tmp_path / "A", ["a.png"])
    with pytest.raises(data.Refused, match="A/ without B/"):
        data.find(str(tmp_path))


def test_a_folder_with_one_file_of_arrays_is_that_file(h5, tmp_path):
    h5(images=X)
    # What a Macintosh leaves on a drive that is not its own.
    (tmp_path / "._a.h5").write_bytes(b"x")
    assert data.find(str(tmp_path)).count == 130
    h5("b.h5", images=X)
    with pytest.raises(data.Refused, match="holds no pictures"):
        data.find(str(tmp_path))


def refused(path, words):
    with pytest.raises(data.Refused, match=words) as no:
        data.find(str(path))
    assert "\n" not in str(no.value)


def test_other_keys_are_listed(h5):
    refused(h5(pictures=X, answers=Y), "a.h5 holds answers, pictures: none of x_train")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": X.astype(np.float32)}, "legal is uint8"),
        ({"images": X[0, 0]}, r"shape \(12, 3\)"),
        ({"images": X[:0]}, "'images' is empty"),
        ({"x": X, "y": Y[:3]}, "3 labels for the 130"),
    ],
)
def test_other_contents(h5, arrays, words):
    refused(h5(**arrays), words)


def test_what_is_no_h5_file(tmp_path):
    (tmp_path / "a.h5").write_text("hello")
    refused(tmp_path / "a.h5", "cannot be read as .h5")


def test_a_cut_file(h5):
    path = h5(images=X)
    path.write_bytes(path.read_bytes()[:20_000])
    refused(path, "cannot be read as .h5")


def test_what_points_out_of_the_file_is_not_followed(h5, tmp_path):
    h5("other.h5", images=X)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = h5py.ExternalLink("other.h5", "/images")
    refused(tmp_path / "a.h5", "'images' is no array of this file")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        layout = h5py.VirtualLayout(X.shape, np.uint8)
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "images", X.shape)
        file.create_virtual_dataset("images", layout)
    refused(tmp_path / "b.h5", "'images' is no array of this file")
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_group("images")
    refused(tmp_path / "c.h5", "'images' is no array of this file")
    with h5py.File(tmp_path / "d.h5", "w") as file:
        where = [(str(tmp_path / "other.h5"), 0, X.nbytes)]
        file.create_dataset("images", X.shape, np.uint8, external=where)
    refused(tmp_path / "d.h5", "'images' is no array of this file")
