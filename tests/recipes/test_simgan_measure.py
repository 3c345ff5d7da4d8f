"""Readers, and the measures made of them."""

import numpy as np
import pytest

import data
from data.errors import Refused
from recipes.simgan.measure import matching
from recipes.simgan.reader import Labels, Reader

PITCH_AND_YAW = {"pitch": np.array([0.0, 0.1]), "yaw": np.array([0.2, 0.0])}


def test_angles_are_between_directions():
    labels = Labels.of(PITCH_AND_YAW, ("pitch", "yaw"), {})
    true = labels.answers(PITCH_AND_YAW)
    assert labels.kind == "angles" and labels.unit == "degrees"
    assert labels.errors(true, true) == pytest.approx([0, 0], abs=1e-4)
    # A pitch alone, or a yaw alone, is the angle itself.
    off = true + np.array([[0.05, 0], [0, 0.3]])
    assert labels.errors(off, true)[0] == pytest.approx(np.degrees(0.05), rel=1e-6)
    assert labels.errors(true * 0, np.array([[0.0, 0.3]] * 2)) == pytest.approx(
        np.degrees([0.3] * 2)
    )


def test_a_gaze_of_two_columns_is_angles_and_others_are_numbers():
    gaze = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    assert Labels.of({"gaze": gaze}, ("gaze",), {}).kind == "angles"
    numbers = Labels.of({"offset": gaze}, ("offset",), {})
    assert numbers.kind == "numbers" and numbers.scale == pytest.approx(tuple(gaze.std(0)))
    wrong = numbers.errors(gaze + np.array(numbers.scale, np.float32), gaze)
    assert wrong == pytest.approx(np.ones(50), rel=1e-5)


def test_angles_are_in_radians():
    degrees = np.array([[10.0, -40.0]])
    with pytest.raises(Refused, match="gaze are up to 40; legal are radians, up to 3.14"):
        Labels.of({"gaze": degrees}, ("gaze",), {})
    assert Labels.of({"offset": degrees}, ("offset",), {}).kind == "numbers"


@pytest.mark.parametrize(
    "values", [np.array([[3, 4], [5, 6]]), np.array([-1, 4]), np.array([0, 70_000])]
)
def test_whole_numbers_need_not_be_classes(values):
    assert Labels.of({"corner": values}, ("corner",), {}).kind == "numbers"


def test_classes_are_right_or_wrong():
    labels = Labels.of({"label": np.array([0, 1, 2])}, ("label",), {})
    assert (labels.kind, labels.classes) == ("class", 3)
    assert labels.errors(np.array([0, 2, 2]), np.array([0, 1, 2])).tolist() == [0, 1, 0]


def test_a_reader_reads_new_pictures_and_shuffled_labels_teach_it_nothing():
    """Where a bright square is; in any light, which tells nothing."""
    rng = np.random.default_rng(0)
    places = rng.integers(0, 12, (600, 2))
    images = np.full((600, 16, 16, 1), 90, np.uint8)
    for image, (row, column) in zip(images, places, strict=True):
        image[row : row + 4, column : column + 4] = 160
    images += rng.integers(0, 60, (600, 1, 1, 1), np.uint8)
    answers, (seen, new) = places.astype(np.float32), (slice(0, 500), slice(500, None))
    read = Reader(images[seen], answers[seen], seed=1, seen=6400)(images[new])
    assert np.abs(read - answers[new]).mean() < 1
    lost = Reader(images[seen], rng.permutation(answers[seen]), seed=1, seen=6400)(images[new])
    assert np.abs(lost - answers[new]).mean() > 2


def test_matched_pictures_have_the_greys_of_real_ones_in_the_order_of_their_own():
    both = data.find("eyes").load("train", (35, 55), 40, 0)
    made = matching(both.b.samples)(both.a.samples)
    assert made.dtype == np.uint8 and made.shape == both.a.samples.shape
    quantiles = np.linspace(0, 1, 20)
    wanted, found = (np.quantile(x, quantiles) for x in (both.b.samples, made))
    assert np.abs(wanted - found).max() < 3
    one, same = both.a.samples[0].ravel().astype(int), made[0].ravel().astype(int)
    brighter = one[:, None] > one[None]
    assert (same[:, None] >= same[None])[brighter].all()
