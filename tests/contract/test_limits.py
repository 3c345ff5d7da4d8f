"""Whole numbers that nothing can count with are refused, before anything is made."""

import dataclasses
import types
import typing

import pytest

from common.config import flag
from data.errors import Refused
from tests.contract.cases import NAMES, presets


def numbers_of(config):
    """The names of the settings that are whole numbers; without those that are no flags."""
    # With what tyro is told of a setting, a type is none of these.
    hints = typing.get_type_hints(type(config), include_extras=True)
    names = [field.name for field in dataclasses.fields(config)]
    return [name for name in names if int in (hints[name], *_parts(hints[name]))]


def _parts(hint):
    return (
        typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else ()
    )


@pytest.mark.parametrize("recipe", NAMES)
def test_every_whole_number_has_a_limit(recipe):
    config = presets(recipe)["small"]
    assert {"steps", "batch_size", "decay_steps", "seed"} < {*numbers_of(config)}
    for name in numbers_of(config):
        for value in (10**12, 2**64, -1):
            with pytest.raises(Refused, match=f"{flag(name)}.*{value}") as no:
                dataclasses.replace(config, **{name: value}).check()
            assert "\n" not in str(no.value), name
