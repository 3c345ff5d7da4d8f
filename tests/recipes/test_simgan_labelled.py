"""Readers tested on labelled pictures that belong to neither training set."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from data.errors import Refused
from data.samples import SampleSet, UnpairedSet
from recipes.simgan import measure as measures
from recipes.simgan.config import PRESETS
from recipes.simgan.evaluate import criteria
from recipes.simgan.labelled import correlation, load_labelled, over_pictures

CONFIG = PRESETS["small"].__class__(image_size=(8, 12), channels=1, input_channels=1)
RNG = np.random.default_rng(0)
LABELS = RNG.normal(size=(40, 2)).astype(np.float32)
KNOWN = SampleSet(np.zeros((4, 8, 12, 1), np.uint8), {"gaze": LABELS[:4], "shade": LABELS[:4, 0]})


def file(folder, count=40, **changes):
    images = np.random.default_rng(1).integers(0, 256, (40, 8, 12), np.uint8)
    arrays = {"images": images, "gaze": LABELS, "other": LABELS[:, 0]} | changes
    kept = {name: values[:count] for name, values in arrays.items() if values is not None}
    np.savez(folder / "camera.npz", **kept)
    return str(folder / "camera.npz")


def test_all_pictures_are_used_with_the_labels_that_both_have(tmp_path):
    found = load_labelled(file(tmp_path), CONFIG, KNOWN, {})
    assert found.samples.shape == (40, 8, 12, 1) and list(found.factors) == ["gaze"]
    order = np.lexsort(LABELS.T), np.lexsort(found.factors["gaze"].T)
    np.testing.assert_array_equal(LABELS[order[0]], found.factors["gaze"][order[1]])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gaze": None}, "has none of the labels gaze, shade"),
        ({"count": 7}, "has 7 pictures; 10 are needed"),
        ({"images": np.zeros((40, 8, 12, 3), np.uint8)}, "has 3 channels; legal is 1"),
    ],
)
def test_what_cannot_be_tested_on_is_refused(changes, words, tmp_path):
    with pytest.raises(Refused, match=words):
        load_labelled(file(tmp_path, **changes), CONFIG, KNOWN, {})


def test_other_classes_are_refused(tmp_path):
    """Each set numbers its own: the second of two is not the second of three."""
    vehicle = np.array(["bus", "truck"] * 20)
    place = file(tmp_path, vehicle=vehicle)
    known = SampleSet(KNOWN.samples, {"vehicle": np.arange(4)})
    found = load_labelled(place, CONFIG, known, {"vehicle": ("bus", "truck")})
    assert set(found.factors["vehicle"]) == {0, 1}
    with pytest.raises(
        Refused, match="has the classes bus, truck of 'vehicle'; legal are .* bus, car"
    ):
        load_labelled(place, CONFIG, known, {"vehicle": ("bus", "car", "truck")})


def test_labelled_pictures_are_fitted_as_those_of_the_run(tmp_path):
    wide = np.full((40, 8, 24), 200, np.uint8)
    place = file(tmp_path, images=wide)
    cut = load_labelled(place, CONFIG, KNOWN, {}).samples
    padded = load_labelled(place, dataclasses.replace(CONFIG, fit="pad"), KNOWN, {}).samples
    assert (cut == 200).all() and not (padded == 200).all()


def test_a_world_is_no_labelled_set():
    with pytest.raises(Refused, match="--labelled eyes:real is an endless world"):
        load_labelled("eyes:real", CONFIG, KNOWN, {})


def test_correlation():
    assert correlation(3 * LABELS + 1, LABELS) == pytest.approx(1)
    assert correlation(-LABELS, LABELS) == pytest.approx(-1)
    half = np.stack([LABELS[:, 0], 0 * LABELS[:, 1]], 1)
    assert correlation(half, LABELS) == pytest.approx(0.5)


def test_an_interval_over_pictures_is_that_of_a_mean():
    values = RNG.normal(2, 3, 400)
    found = over_pictures(np.mean, values)
    wide = 1.96 * values.std() / 20
    assert found.value == values.mean()
    assert found.low == pytest.approx(found.value - wide, abs=0.2 * wide)
    assert found.high == pytest.approx(found.value + wide, abs=0.2 * wide)


def test_few_pictures_prove_little():
    errors = RNG.normal(0.2, 1, 12)
    found = over_pictures(np.mean, errors)
    assert found.low < 0 < found.high


def case_of(labelled):
    real = SampleSet(np.full((4, 8, 12, 1), 100, np.uint8))
    few = UnpairedSet(KNOWN.take(np.arange(3)), real)
    return SimpleNamespace(
        config=CONFIG,
        count=None,
        training=UnpairedSet(KNOWN, real),
        source=SimpleNamespace(
            load=lambda *_: few, name="s", domains={"s": SimpleNamespace(factors={})}
        ),
        flags=SimpleNamespace(readers=2, labels=(), labelled=labelled),
    )


def test_labels_that_are_no_numbers_are_refused_before_any_reader_learns(tmp_path):
    gaze = LABELS.copy()
    gaze[7, 1] = np.nan
    with pytest.raises(Refused, match="'gaze' of picture 7, from 0, is no number"):
        measures.Examiner(case_of(file(tmp_path, gaze=gaze)))


@pytest.fixture
def taught(monkeypatch):
    """What readers learn on, each of which reads with an error of the mean of that."""
    found = []

    class Reader:
        def __init__(self, images, answers, classes=0, seed=0, seen=0):
            found.append(images)
            self.off = images.mean() / 1000

        def __call__(self, images):
            return LABELS[: len(images)] + self.off

    monkeypatch.setattr(measures, "Reader", Reader)
    return found


def test_the_gap_is_by_what_each_reader_learned_from(taught):
    """Half of it is closed where the error is half way from simulated pictures to real ones."""
    case, values = case_of(None), {}
    real = case.training.b
    real.factors["gaze"] = LABELS[:4]
    examiner = measures.Examiner(case)
    for name, level in ((measures.SIMULATED, 200), ("trained", 150)):
        values[name] = examiner.examine(name, lambda images, more=level: images + np.uint8(more))
    values[measures.REAL] = examiner.examine_real()
    examiner.add_gaps(values)
    # Two angles that are off by as much are not quite off by as much together.
    gaps = [values[name][measures.GAP] for name in (measures.SIMULATED, "trained", measures.REAL)]
    assert gaps == pytest.approx([0, 0.5, 1], abs=0.02)


def test_what_is_for_testing_only_has_no_oracle(tmp_path, taught):
    """Its labels train no reader; what is gained is by what the simulated pictures teach."""
    examiner = measures.Examiner(case_of(file(tmp_path)))
    assert len(examiner.asked) == 40 and not examiner.has_oracle
    values = {
        name: examiner._read(name, np.full((4, 8, 12, 1), level, np.uint8), KNOWN)
        for name, level in (("simulated", 200), ("trained", 50))
    }
    examiner.add_gaps(values)
    assert all(images.max() in (50, 200) for images in taught)
    assert values["trained"]["gain"].value > 0 and "gap closed" not in values["trained"]
    assert values["trained"]["correlation"].value == pytest.approx(1)
    assert "for testing only" in examiner.unavailable["gap closed"]


def test_the_bar_without_an_oracle_is_the_simulated_pictures():
    scores = SimpleNamespace(measures={"correlation": "", "pupil shift": ""})
    assert [str(each) for each in criteria(CONFIG, scores)] == [
        *("correlation ≥ 1 × simulated", "pupil shift ≤ 1")
    ]
