"""What is held out of a set that brings no splits."""

import numpy as np
import pytest
import yaml

import data
from data.reading import Reading
from data.splits import SPLITS, divided, hold_out, validated
from tests.data.folders import brightness, put

NAMES = [f"picture{number}" for number in range(1000)]


def parts_of(total, **options):
    return [hold_out(total, split, **options).tolist() for split in SPLITS]


def test_every_sample_is_in_one_split_and_about_a_tenth_in_each_held_out():
    parts = parts_of(1000, names=NAMES)
    assert sorted(sum(parts, [])) == list(range(1000))
    assert all(70 < len(part) < 130 for part in parts[1:])
    assert parts_of(99) == [list(range(99)), [], []]


def test_added_samples_move_no_other():
    few, more = parts_of(400, names=NAMES[:400]), parts_of(1000, names=NAMES)
    assert [[i for i in part if i < 400] for part in more] == few
    # Nor does their order.
    turned = parts_of(400, names=NAMES[399::-1])
    assert [sorted(399 - i for i in part) for part in turned] == few


@pytest.mark.parametrize("classes", [np.arange(1000) % 10, np.arange(1000) // 10])
def test_labels_in_turn_empty_no_class(classes):
    """Every tenth by its place would leave some classes out of training altogether."""
    for part in parts_of(1000, classes=classes):
        assert set(classes[part]) == set(classes)


@pytest.mark.parametrize("each", [1, 2, 3, 4, 5, 9, 10])
def test_small_classes_keep_some_for_training(each):
    classes = np.repeat(np.arange(200), each)
    train, *held = (
        np.bincount(classes[part], minlength=200) for part in parts_of(200 * each, classes=classes)
    )
    assert train.min() >= each / 2
    for part in held:
        assert part.min() >= (1 if each >= 5 else 0)
        assert part.sum() >= (0 if each == 1 else 200 * each / 20)


def test_ten_files_a_subject_lose_no_view(tmp_path):
    views = [f"subject{s:02}-view{v}.png" for s in range(20) for v in range(10)]
    put(tmp_path, views, size=(8, 8))
    source = data.find(str(tmp_path))
    kept = brightness(source.load("train", 8, 0, 0).samples)
    assert {number % 10 for number in kept} == set(range(10)) and len(kept) == 156
    old = data.find(str(tmp_path), Reading(splitting="place")).load("train", 8, 0, 0)
    assert {number % 10 for number in brightness(old.samples)} == set(range(8))


def test_a_files_format_and_the_folders_around_do_not_matter(tmp_path):
    names = [f"{number}" for number in range(120)]
    one = put(tmp_path / "one", [f"{name}.png" for name in names], size=(8, 8))
    two = put(tmp_path / "two", [f"around/all/{name}.bmp" for name in names], size=(8, 8))
    tests = [brightness(data.find(str(f)).load("test", 8, 0, 0).samples) for f in (one, two)]
    assert tests[0] and tests[0] == tests[1]


def test_pairs_and_domains_of_one_name_are_in_one_split(tmp_path):
    for start, side in ((0, "A"), (100, "B")):
        put(tmp_path / side, [f"{number:03}.png" for number in range(110)], (8, 8), start)
    pairs = data.find(str(tmp_path)).load("test", 8, 0, 0)
    domains = data.find(str(tmp_path), Reading(layout="domains")).load("test", 8, 0, 0)
    assert brightness(domains.a.samples) == brightness(pairs.inputs)
    assert brightness(domains.b.samples) == brightness(pairs.samples)


def test_validation_beside_a_test_set_is_by_hash_too():
    splits = np.repeat(["train", "test"], [500, 20])
    names = NAMES[:520]
    held = divided(splits, "validation", names)
    assert held.tolist() == hold_out(500, "validation", names[:500]).tolist()
    assert sorted([*held, *divided(splits, "train", names)]) == list(range(500))
    assert validated(50, "validation").tolist() == []


def test_the_way_of_before():
    index = np.arange(250)
    parts = [index % 10 < 8, index % 10 == 8, index % 10 == 9]
    assert parts_of(250, way="place") == [index[part].tolist() for part in parts]
    splits = np.repeat(["train", "test"], [120, 20])
    assert divided(splits, "validation", way="place").tolist() == list(range(8, 120, 10))


def test_arrays_are_stratified_and_of_before_by_place(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8), np.uint8)
    labels = np.arange(200) % 10
    np.savez(tmp_path / "a.npz", images=images, labels=labels)
    np.savez(tmp_path / "b.npz", x_train=images, y_train=labels, x_test=images[:9])
    for name in ("a.npz", "b.npz"):
        source = data.find(str(tmp_path / name))
        for split in ("train", "validation"):
            found = source.load(split, 8, 0, 0).factors["label"]
            assert set(found) == set(range(10))
    old = data.find(str(tmp_path / "b.npz"), Reading(splitting="place"))
    assert set(old.load("validation", 8, 0, 0).factors["label"]) == {9}


def test_an_h5_file_is_read_again_for_another_way(tmp_path):
    """Both ways may begin with the same samples, and have as many."""
    import h5py

    images = np.random.default_rng(0).integers(0, 256, (130, 8, 8), np.uint8)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = images
    for way in ("hash", "place"):
        loaded = data.find(str(tmp_path / "a.h5"), Reading(splitting=way)).load("train", 8, 0, 0)
        np.testing.assert_array_equal(
            loaded.samples[..., 0], images[hold_out(130, "train", way=way)]
        )


def test_a_run_keeps_the_way_that_it_was_made_with(tmp_path):
    from common.run.folder import Run
    from recipes.dcgan.config import Config

    run = Run.create(tmp_path / "run", "dcgan", Config(), {})
    facts = yaml.safe_load((run.path / "config.yaml").read_text())
    assert facts["config"]["splitting"] == "hash"
    assert Run.open(run.path, "dcgan").config(Config).reading.splitting == "hash"
    del facts["config"]["splitting"]
    (run.path / "config.yaml").write_text(yaml.safe_dump(facts))
    assert Run.open(run.path, "dcgan").config(Config).reading.splitting == "place"
