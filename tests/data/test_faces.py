"""Portraits: who it is, and how they are seen, are known apart."""

import numpy as np
import pytest

import data
from data.drawing.dice import Dice
from data.drawing.people import person
from data.made import open_world
from data.reading import Reading
from data.splits import SPLITS
from data.words import understood
from data.worlds.faces import Faces
from tests.data.readers import shrunk

OF_A_PERSON = ("gender", "age", "hair", "beard", "skin")
OF_A_MOMENT = ("expression", "eyewear", "hat", "turn", "tilt", "light")


def test_a_set_has_so_many_pictures_of_each_identity():
    drawn = open_world("faces:10").load("train", 16, 205, 0)
    _, counts = np.unique(drawn.factors["identity"], return_counts=True)
    assert counts.tolist() == [10] * 20 + [5]
    few = open_world("faces").load("train", 16, 20, 0)
    assert len(set(few.factors["identity"])) == 5


def test_no_identity_is_in_two_splits():
    parts = [set(Faces().draw(np.arange(200), 16, split=s).factors["identity"]) for s in SPLITS]
    assert len(set.union(*parts)) == 3 * 50
    # So nothing need be divided by identity, and by something else it cannot be.
    whole = data.find("faces", Reading(split_by="identity"))
    assert set(whole.load("test", 16, 200, 0).factors["identity"]) == parts[SPLITS.index("test")]


def test_a_person_stays_the_same_and_moments_pass():
    factors = Faces(8).draw(np.arange(320), 16).factors
    for name in OF_A_PERSON:
        of_each = factors[name].reshape(40, 8)
        assert (of_each == of_each[:, :1]).all(), name
        assert len(np.unique(of_each[:, 0])) > 1, name
    for name in OF_A_MOMENT:
        assert (factors[name].reshape(40, 8) != factors[name].reshape(40, 8)[:, :1]).any(), name
    assert set(factors) == {"identity", *OF_A_PERSON, *OF_A_MOMENT}


def test_no_two_identities_are_alike():
    """No two have the same measures."""
    p = vars(person(Dice(0, np.arange(2000))))
    measures = np.stack([v[:, 0, 0] for v in p.values() if v.ndim == 3], axis=1)
    assert len(np.unique(measures, axis=0)) == 2000
    # Not by one measure alone: many are continuous.
    assert sum(len(np.unique(column)) > 1900 for column in measures.T) >= 20


def test_pixels_do_not_tell_who_it_is():
    """The most similar picture shows another person more often than not; by chance, 95 %."""
    found = []
    for seed in range(4):
        drawn = Faces(10).draw(np.arange(200), 64, seed)
        pixels = shrunk(drawn.samples, 2).reshape(200, -1).astype(np.float32)
        squares = (pixels**2).sum(1)
        far = squares[:, None] + squares - 2 * pixels @ pixels.T
        np.fill_diagonal(far, np.inf)
        identity = drawn.factors["identity"]
        found.append((identity[far.argmin(1)] == identity).mean())
    assert 0.1 < np.mean(found) <= 0.5


def test_what_a_person_would_ask_for_is_understood():
    factors = open_world("faces").factors
    asked = understood(factors, "a smiling woman with sunglasses and a hat")
    assert asked == {"expression": 2, "gender": 0, "eyewear": 2, "hat": 1}
    assert understood(factors, "old, bald man with a beard") == {
        **{"age": 1, "gender": 1, "hair": 5, "beard": 1}
    }
    with pytest.raises(data.Refused, match="'moustache' is no word.*woman, man.*sunglasses"):
        understood(factors, "man with a moustache")


@pytest.mark.parametrize("text", ["0", "x", "1001", "-3", "1.5", "٣x"])
def test_other_numbers_of_pictures(text):
    with pytest.raises(data.Refused, match="legal is faces, or faces:N .* 1 to 1,000") as no:
        open_world(f"faces:{text}")
    assert "\n" not in str(no.value)


def test_worlds_without_variants_say_so():
    with pytest.raises(data.Refused, match="--data houses:10: legal is houses"):
        open_world("houses:10")
