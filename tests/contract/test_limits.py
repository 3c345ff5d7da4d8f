"""Whole numbers that nothing can count with are refused, before anything is made."""

import dataclasses
import typing

import pytest

from common.config import flag
from data.errors import Refused
from tests.contract.cases import NAMES, presets

MOST = 2**31 - 1


def numbers_of(config):
    """The names of the settings that are whole numbers and flags."""
    hints = typing.get_type_hints(type(config))
    return [name for name, hint in hints.items() if int in (hint, *typing.get_args(hint))]


@pytest.mark.parametrize("recipe", NAMES)
def test_every_whole_number_has_a_limit(recipe):
    config = presets(recipe)["small"]
    assert {"steps", "batch_size", "decay_steps", "seed"} < {*numbers_of(config)}
    for name in numbers_of(config):
        for value in (10**12, 2**64, -1):
            with pytest.raises(Refused, match=f"{flag(name)}.*{value}") as no:
                dataclasses.replace(config, **{name: value}).check()
            assert "\n" not in str(no.value), name
