"""Pictures that are there twice are found, and others are not."""

import io

import numpy as np
import pytest
from PIL import Image

import data
from data import duplicates
from data.samples import SampleSet


def drawn(name, count=150, size=64):
    return data.find(name).load("train", size, count, 0).samples


def between(first, second):
    return duplicates.between(SampleSet(first), SampleSet(second))


def within(images):
    return duplicates.within(SampleSet(images))


def again(images, quality=50):
    """The same pictures, saved as JPEGs."""
    out = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image.squeeze()).save(file, "JPEG", quality=quality)
        out.append(np.asarray(Image.open(file)).reshape(image.shape))
    return np.stack(out)


@pytest.mark.parametrize("name", ["houses", "seasons:winter", "digits"])
def test_every_copy_is_found_and_nothing_else(name):
    images = drawn(name)
    first, second = images[:100], np.concatenate([images[100:], images[:30]])
    found = between(first, second)
    assert [(d.first, d.second, d.difference) for d in found] == [
        (i, 50 + i, 0.0) for i in range(30)
    ]
    assert within(images) == []


@pytest.mark.parametrize("name", ["houses", "seasons:winter", "digits"])
def test_copies_that_were_saved_again_are_found(name):
    images = drawn(name)
    found = between(images, again(images))
    assert len(found) > 145 and all(d.first == d.second for d in found)


def test_copies_of_another_size(tmp_path):
    small = drawn("houses", size=32)
    large = np.stack([np.asarray(Image.fromarray(i).resize((96, 96))) for i in small])
    found = between(small, large)
    assert len(found) > 145 and all(d.first == d.second for d in found)


def test_copies_within_a_set_point_to_what_was_there_before():
    images = drawn("houses", 40)
    mixed = np.concatenate([images, images[[7, 7]]])
    assert [(d.first, d.second) for d in within(mixed)] == [(7, 40), (7, 41)]


def test_flat_pictures_are_no_copies():
    flat = np.full((4, 32, 32, 1), 200, np.uint8)
    assert within(flat) == [] and between(flat, flat[:0]) == []


def test_parts_do_not_matter(monkeypatch):
    images = drawn("digits", 60)
    mixed = np.concatenate([images, images[:20]])
    whole = within(mixed)
    monkeypatch.setattr(duplicates, "_AT_ONCE", 7)
    assert [(d.first, d.second) for d in within(mixed)] == [(d.first, d.second) for d in whole]
    assert len(whole) == 20


def test_pairs_are_copies_only_if_both_halves_are():
    """Many photographs may have one label map."""
    images, maps = drawn("houses", 20), drawn("digits", 3)[np.arange(20) % 3]
    for pairs in (SampleSet(images, inputs=maps), SampleSet(maps, inputs=images)):
        assert duplicates.within(pairs) == []
    twice = SampleSet(images[[0, 1, 0]], inputs=maps[[0, 1, 0]])
    assert [(d.first, d.second) for d in duplicates.within(twice)] == [(0, 2)]
