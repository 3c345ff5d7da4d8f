"""One-shot trials and pairs, drawn from pictures with classes; the area of distances."""

import numpy as np
import pytest

from common.evaluation.trials import Classes, area, one_shot, verification
from data.errors import Refused


def test_a_gallery_has_one_picture_of_each_class_and_queries_are_others():
    classes = Classes(np.repeat(np.arange(30), 3))
    sets = list(one_shot(classes, np.random.default_rng(0), 20, 400))
    assert len(sets) == 20
    for gallery, queries in sets:
        own = classes.numbers[gallery]
        assert len(set(own)) == 20 and (classes.numbers[queries] == own).all()
        assert (gallery != queries).all()
    with pytest.raises(Refused, match="31-way trials need as many classes .* there are 30"):
        next(one_shot(classes, np.random.default_rng(0), 31, 400))


def test_trials_by_the_protocol_of_koch():
    """Characters of one alphabet; the gallery by one drawer, the queries by another."""
    # Two alphabets of 20 characters, drawn by five people; a third one is too small.
    drawer = np.tile(np.arange(5), 45)
    character = np.repeat(np.arange(45), 5)
    alphabet = np.minimum(character // 20, 2)
    sets = list(one_shot(Classes(character, alphabet, drawer), np.random.default_rng(0), 20, 400))
    seen = set()
    for gallery, queries in sets:
        (one,), (by,), (others,) = (
            set(v.tolist()) for v in (alphabet[gallery], drawer[gallery], drawer[queries])
        )
        assert by != others and set(alphabet[queries]) == {one}
        seen.add(one)
    assert len(sets) == 20 and seen == {0, 1}
    assert Classes(character, alphabet, drawer).most_together == 20
    # Alphabets that are all too small: what is told is theirs, not how many classes there are.
    small = Classes(character, character // 15, drawer)
    assert small.most_together == 15 and len(small.members) == 45
    with pytest.raises(Refused, match="20-way trials need .* there are 15"):
        next(one_shot(small, np.random.default_rng(0), 20, 400))


def test_pairs_for_verification():
    """As many equal ones as different ones; an equal pair is of two pictures."""
    numbers = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])
    assert len(verification(Classes(numbers), np.random.default_rng(0), 5)[2]) == 10
    one, other, different = verification(Classes(numbers), np.random.default_rng(0), 50)
    assert different.sum() == (~different).sum() == 3 + 1 + 3
    np.testing.assert_array_equal(numbers[one] != numbers[other], different)
    assert (one != other).all()
    with pytest.raises(Refused, match="there is 1 class with two pictures"):
        verification(Classes(np.array([0, 0, 1])), np.random.default_rng(0))


def test_the_area_has_an_interval_over_classes():
    """1 where every different pair is farther apart; which classes are drawn matters."""
    classes = Classes(np.repeat(np.arange(30), 8))
    pairs = verification(classes, np.random.default_rng(0), 500)
    perfect = area(classes, pairs, pairs[2].astype(float))
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    # A third of the classes is told apart from nothing.
    vague = np.isin(classes.numbers[pairs[0]], np.arange(10))
    noise = np.random.default_rng(1).random(len(vague))
    found = area(classes, pairs, np.where(vague, noise, pairs[2]))
    assert 0.85 < found.low < found.value - 0.02 < found.value + 0.02 < found.high < 1
