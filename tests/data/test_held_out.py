"""Splits by a factor: no value of it is in two splits."""

import numpy as np
import pytest

import data
from data.derived import lowres
from data.held_out import held_out_by
from data.reading import Reading
from data.splits import SPLITS, divided_by
from tests.data.folders import brightness, noise, put

VALUES = np.repeat(np.arange(40), np.arange(40) % 5 + 1)


def values_of(split, values=VALUES):
    return set(values[divided_by(values, split)].tolist())


def test_every_value_is_in_one_split_alone():
    index = np.concatenate([divided_by(VALUES, split) for split in SPLITS])
    assert sorted(index) == list(range(len(VALUES)))
    assert [len(values_of(split)) for split in SPLITS] == [32, 4, 4]
    parts = [values_of(split) for split in SPLITS]
    assert set.union(*parts) == set(range(40)) and sum(map(len, parts)) == 40


def test_it_depends_on_the_values_alone():
    mixed = np.random.default_rng(0).permutation(VALUES)
    assert all(values_of(split, mixed) == values_of(split) for split in SPLITS)
    # Not every tenth: neighbouring numbers often have something in common.
    assert len({value % 10 for value in values_of("test", np.arange(400))}) > 6


@pytest.mark.parametrize("count", [3, 5, 14])
def test_a_few_values_suffice_for_three_splits(count):
    parts = [values_of(split, np.arange(count)) for split in SPLITS]
    assert [len(part) for part in parts] == [count - 2, 1, 1]


def test_two_values_do_not():
    with pytest.raises(data.Refused, match="2 different values; legal for three splits"):
        divided_by(np.array([0, 1, 1]), "train")


# --- sources ---

CLASSES = [f"person{number:02}" for number in range(12)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Ten pictures of each of twelve classes, some of them broken."""
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    for number, name in enumerate(CLASSES):
        (tmp_path / "p" / name).mkdir(parents=True)
        for picture in range(10):
            noise((20, 20), number * 10 + picture).save(tmp_path / "p" / name / f"{picture}.png")
    broken = tmp_path / "p" / CLASSES[0] / "3.png"
    broken.write_bytes(broken.read_bytes()[:400])
    return tmp_path / "p"


def load(spec, split, size=16, **options):
    return data.find(str(spec), Reading(**options)).load(split, size, 0, 0)


@pytest.mark.parametrize("memory", ["1", "0"])
def test_a_folder_by_its_classes(folder, monkeypatch, memory):
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", memory)
    sets = {split: load(folder, split, split_by="label") for split in SPLITS}
    assert [len(np.unique(of.factors["label"])) for of in sets.values()] == [10, 1, 1]
    assert sum(len(of) for of in sets.values()) == 119
    # They are the pictures that their labels say.
    plain = [load(folder, split) for split in SPLITS]
    by_content = {
        picture.tobytes(): label
        for of in plain
        for picture, label in zip(of.samples, of.factors["label"], strict=True)
    }
    for of in sets.values():
        assert isinstance(of.samples, np.memmap) == (memory == "0")
        for picture, label in zip(of.samples, of.factors["label"], strict=True):
            assert by_content[picture.tobytes()] == label
    again = load(folder, "test", split_by="label")
    np.testing.assert_array_equal(again.samples, sets["test"].samples)


def test_a_small_split_that_has_changed_is_read_again(tmp_path, monkeypatch):
    """Where the large ones are files of the cache, and their names tell what they hold."""
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    # Bytes: the pictures for training take more, and those for testing less.
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "2e-5")
    for number, name in enumerate(CLASSES):
        put(tmp_path / "p" / "train" / name, [f"{i}.png" for i in range(4)], start=10 * number)
        put(tmp_path / "p" / "test" / name, ["x.png"], start=10 * number + 5)
    before = {split: load(tmp_path / "p", split, split_by="label") for split in SPLITS}
    assert any(isinstance(of.samples, np.memmap) for of in before.values())
    for number, name in enumerate(CLASSES):
        put(tmp_path / "p" / "test" / name, ["x.png"], start=10 * number + 7)
    for split, of in before.items():
        again = load(tmp_path / "p", split, split_by="label")
        changed = [value + 2 * (value % 10 == 5) for value in brightness(of.samples)]
        assert brightness(again.samples) == changed != brightness(of.samples)
        np.testing.assert_array_equal(again.factors["label"], of.factors["label"])


def test_names_and_what_was_left_out(folder):
    source = data.find(str(folder), Reading(split_by="label"))
    assert source.split_factors == ("label",) and source.modes == ()
    named = {}
    for split in SPLITS:
        loaded = source.load(split, 16, 0, 0)
        for index, label in enumerate(loaded.factors["label"]):
            name = source.name_of(split, index, loaded.left_out)
            assert name.startswith(CLASSES[label])
            named[name] = split
    assert len(named) == 119 and f"{CLASSES[0]}/3.png" not in named
    assert list(source.unusable) == [f"{CLASSES[0]}/3.png"]


def test_pairs_made_of_a_folder_by_its_classes(folder):
    pairs = load(folder, "test", split_by="label", pairs="grey")
    assert pairs.kind == "pairs" and len(np.unique(pairs.factors["label"])) == 1
    assert pairs.take(np.arange(2)).inputs.shape == (2, 16, 16, 1)


def test_arrays_by_any_of_their_factors(tmp_path):
    images = np.arange(120, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8)
    people = np.array([f"p{number}" for number in range(30)])[np.arange(120) // 4]
    gaze = np.random.default_rng(0).random((120, 2)).astype(np.float32)
    np.savez(tmp_path / "a.npz", images=images, person=people, drawer=np.arange(120) % 4, gaze=gaze)
    source = data.find(str(tmp_path / "a.npz"))
    assert source.factors["person"][:3] == ("p0", "p1", "p10")
    assert source.factors["drawer"] is None and source.factors["gaze"] is None
    held = {split: load(tmp_path / "a.npz", split, 8, split_by="person") for split in SPLITS}
    assert [len(of) for of in held.values()] == [96, 12, 12]
    for of in held.values():
        words = [source.factors["person"][number] for number in of.factors["person"]]
        assert words == [f"p{value // 4}" for value in brightness(of.samples)]
        np.testing.assert_array_equal(of.factors["gaze"], gaze[brightness(of.samples)])
    with pytest.raises(data.Refused, match="--split-by gaze: a number on a scale"):
        load(tmp_path / "a.npz", "train", 8, split_by="gaze")
    with pytest.raises(data.Refused, match="no such factor; legal is drawer, gaze, person"):
        load(tmp_path / "a.npz", "train", 8, split_by="identity")


def test_worlds_refuse_unless_they_split_so_themselves():
    with pytest.raises(data.Refused, match="--split-by roof: houses is endless; legal is none"):
        data.find("houses", Reading(split_by="roof"))
    assert data.find("faces", Reading(split_by="identity")).count is None
    with pytest.raises(data.Refused, match="legal is --split-by identity"):
        data.find("faces", Reading(split_by="hat"))


@pytest.mark.parametrize("samples", [np.zeros((30, 2)), np.zeros((30, 4, 4, 4), bool)])
def test_what_is_in_memory(samples):
    dataset = data.SampleSet(samples, {"who": np.arange(30) // 3})
    source = held_out_by(data.source_of(dataset), "who")
    sets = [source.load(split, 4, 0, 0) for split in SPLITS]
    assert [len(of) for of in sets] == [24, 3, 3] and {of.kind for of in sets} == {source.kind}
    made = data.SampleSet(np.zeros((30, 8, 8, 1), np.uint8), dataset.factors, derive=lowres)
    pairs = held_out_by(data.source_of(made), "who").load("test", 8, 0, 0)
    assert pairs.kind == "pairs" and pairs.take(np.arange(3)).inputs.shape == (3, 8, 8, 1)


def test_two_classes_are_too_few(tmp_path):
    images, labels = np.zeros((20, 8, 8), np.uint8), np.arange(20) % 2
    np.savez(tmp_path / "a.npz", images=images, labels=labels)
    with pytest.raises(data.Refused, match="--split-by label: a.npz has 2 different values"):
        load(tmp_path / "a.npz", "train", 8, split_by="label")
