"""Pictures that are unlike the others of their set."""

import numpy as np
import pytest
from PIL import Image

import data
from data.outliers import outliers
from data.samples import SampleSet
from tests.conftest import pictures, refused


@pytest.fixture(scope="module")
def houses():
    return data.find("houses").world.draw(np.arange(60), 32).samples


RAMP = np.linspace(-60, 60, 16)[:, None, None]
#: What alone is strange about a picture -> how it is made from one like the others.
STRANGE = {
    "brightness": lambda picture: picture + 80,
    "contrast": lambda picture: picture + RAMP,
    "colour": lambda picture: picture + [60, 0, -60],
    "detail": lambda picture: picture.reshape(256, 3)[
        np.argsort(picture.sum(axis=-1), axis=None)
    ].reshape(16, 16, 3),
}


@pytest.mark.parametrize("measure", STRANGE)
def test_a_strange_picture_is_found_and_told_why(measure):
    pictures = np.random.default_rng(0).normal(120, 10, (40, 16, 16, 3))
    pictures[7] = STRANGE[measure](pictures[7])
    found = outliers(SampleSet(np.clip(pictures, 0, 255).astype(np.uint8)))
    assert [(one.index, one.measure) for one in found] == [(7, measure)]
    assert (found[0].deviations < -5) if measure == "detail" else (found[0].deviations > 5)


def test_a_set_without_a_strange_picture_has_none(houses):
    assert outliers(SampleSet(houses)) == []
    assert outliers(SampleSet(houses[:2])) == []


def test_strange_pictures_do_not_hide_each_other():
    """A standard deviation would be widened by what it is to find."""
    rng = np.random.default_rng(0)
    plain = rng.normal(100, 3, (40, 8, 8, 1)).astype(np.uint8)
    plain[:8] = 250
    found = outliers(SampleSet(plain))
    assert [one.index for one in found] == list(range(8))
    z = np.abs(plain.mean(axis=(1, 2, 3)) - plain.mean()) / plain.mean(axis=(1, 2, 3)).std()
    assert z.max() < 3


def test_a_flat_set_has_a_deviation():
    same = np.full((9, 8, 8, 3), 80, np.uint8)
    assert outliers(SampleSet(same)) == []
    same[4] = 81
    assert outliers(SampleSet(same)) == []
    same[4] = 90
    assert [one.index for one in outliers(SampleSet(same))] == [4]


def test_the_command_names_them(tmp_path):
    pictures(tmp_path / "p", count=30)
    Image.new("RGB", (40, 24), "white").save(tmp_path / "p" / "blank.png")
    words = ("p", "--outliers", "--no-duplicates", "--out", "sheet.png")
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert code == 0, err
    assert "outliers in train, 5 deviations or more away: 1\n    blank.png: brightness" in out
    code, out, err = refused("data", *words[:1], *words[2:], cwd=tmp_path)
    assert code == 0 and "outliers" not in out
