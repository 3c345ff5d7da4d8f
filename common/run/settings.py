"""Conversion of a configuration to plain values for config.yaml, and back."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import reprlib
import types
import typing
from typing import Any, Literal

from common.config import Config
from data.errors import Refused
from data.listing import printable

# Characters of a value that are shown, and lists in each other.
_LONGEST, _SHORT = 100, reprlib.Repr()
_SHORT.maxlevel = 2


def to_dict(config: Config) -> dict[str, Any]:
    """Convert a configuration to values that YAML knows."""
    return _plain(dataclasses.asdict(config))


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def from_dict(kind: type[Config], values: dict[str, Any]) -> Config:
    """Rebuild a configuration from the values of `to_dict`, perhaps edited by hand.

    Raises:
        Refused: a name that this recipe's configuration does not have, or an illegal value.
    """
    known = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted({_told(name) for name in values if name not in known})
    if unknown:
        raise Refused(
            f"config.yaml has settings that this version does not know: {', '.join(unknown)}"
        )
    hints = typing.get_type_hints(kind)
    return kind(**{name: _read(name, value, hints[name]) for name, value in values.items()})


def _read(name: str, value, hint):
    """A value as a setting's type has it."""
    try:
        return _as(value, hint)
    except (ValueError, TypeError, OverflowError):
        pass
    raise Refused(f"config.yaml: {name} {_told(value)}: legal {_legal(hint)}")


def _told(value) -> str:
    """A value in words, however large it is: YAML may make a list of lists of itself."""
    if value is None:
        return "nothing"
    text = _SHORT.repr(value) if isinstance(value, list | dict | set) else str(value)
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _as(value, hint):
    """A plain value as a type has it; raises ValueError, TypeError or OverflowError.

    YAML takes 1e-4 for text, and what is written by hand may be 16.0 for 16, or 123 for a name.
    """
    kind, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind in _UNIONS:
        # The type that it has already comes first.
        for one in sorted(inner, key=lambda each: each is not type(value)):
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                return _as(value, one)
    elif kind is tuple and isinstance(value, list | tuple):
        each = [inner[0]] * len(value) if inner[1:] == (...,) else inner
        return tuple(_as(one, its) for one, its in zip(value, each, strict=True))
    elif kind is dict and isinstance(value, dict):
        return {_as(key, inner[0]): _as(one, inner[1]) for key, one in value.items()}
    elif kind in (bool, type(None)) or isinstance(value, bool):
        if type(value) is kind:
            return value
    elif kind is Literal:
        return inner[inner.index(value)]
    elif kind is str and isinstance(value, str | int | float | datetime.date):
        return str(value)
    elif kind is float and isinstance(value, str | int | float):
        return float(value)
    elif kind is int and isinstance(value, str | int | float) and float(value).is_integer():
        return int(float(value))
    raise ValueError


_UNIONS = (typing.Union, types.UnionType)
#: Types in words, behind "legal".
_WORDS = {
    int: "is a whole number",
    float: "is a number",
    str: "is text, in quotes",
    bool: "are true and false",
    type(None): "is null",
    tuple: "is a list",
    dict: "is a table",
}


def _legal(hint) -> str:
    kind, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind is Literal:
        return f"are {', '.join(map(str, inner))}"
    if kind in _UNIONS:
        return "; legal ".join(map(_legal, inner))
    return _WORDS[kind]
