"""Factors in words, both ways."""

import numpy as np
import pytest

from data.errors import Refused
from data.made import open_world
from data.words import matching, told, understood

HOUSES = open_world("houses").factors


def test_what_is_told_is_understood():
    drawn = open_world("houses").world.draw(np.arange(300), 8)
    lines = told(HOUSES, drawn.factors)
    for index, line in enumerate(lines):
        asked = understood(HOUSES, line)
        for factor, number in asked.items():
            assert drawn.factors[factor][index] == number
        # All but the number on a scale, and towers that are not there.
        assert len(asked) == 5 + (drawn.factors["tower"][index] == 1)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("red tower winter", {"colour": 2, "tower": 1, "season": 3}),
        ("Winter,  red , no tower", {"colour": 2, "tower": 0, "season": 3}),
        ("three storeys", {"storeys": 2}),
        ("red red", {"colour": 2}),
        ("", {}),
    ],
)
def test_understood(text, asked):
    assert understood(HOUSES, text) == asked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("red towers", "'towers' is no word for these pictures; legal are white, cream"),
        ("red blue", "asks for two kinds of colour at once"),
        ("tower no tower", "asks for two kinds of tower"),
    ],
)
def test_not_understood(text, words):
    with pytest.raises(Refused, match=words) as no:
        understood(HOUSES, text)
    assert "\n" not in str(no.value)
    with pytest.raises(Refused, match="nothing is known in words"):
        understood({"shift": None}, text)


def test_matching():
    factors = {"a": np.array([0, 1, 1, 0]), "b": np.array([1, 1, 0, 0])}
    assert list(matching(factors, {"a": 1})) == [1, 2]
    assert list(matching(factors, {"a": 1, "b": 0})) == [2]
    assert list(matching(factors, {})) == [0, 1, 2, 3]
    with pytest.raises(Refused, match="^no c is known of these samples; legal are words for a, b$"):
        matching(factors, {"c": 0})
    with pytest.raises(Refused, match="^no a, b is known of these samples$"):
        matching({}, {"b": 0, "a": 0})


@pytest.mark.parametrize(
    "name",
    ["houses", "digits", "stacked_digits", "facades", "paintings", "seasons:summer"]
    + ["seasons:winter"],
)
def test_no_word_stands_for_two_values_of_a_world(name):
    words = [word for values in open_world(name).factors.values() for word in values or ()]
    assert len(words) == len(set(words))
