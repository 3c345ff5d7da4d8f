"""Conversion of a configuration to plain values for config.yaml, and back."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, Literal

from common.config import Config
from data.errors import Refused


def to_dict(config: Config) -> dict[str, Any]:
    """Convert a configuration to values that YAML knows."""
    return _plain(dataclasses.asdict(config))


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def from_dict(kind: type[Config], values: dict[str, Any]) -> Config:
    """Rebuild a configuration from the values of `to_dict`.

    Raises:
        Refused: a name that this recipe's configuration does not have, or an illegal value.
    """
    known = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise Refused(f"config.yaml has settings that this version does not know: {unknown}")
    for name, hint in typing.get_type_hints(kind).items():
        legal = typing.get_args(hint) if typing.get_origin(hint) is Literal else None
        if legal and values.get(name, legal[0]) not in legal:
            raise Refused(f"config.yaml: {name} {values[name]}: legal are {', '.join(legal)}")
    return kind(**{name: _tuples(value) for name, value in values.items()})


def _tuples(value):
    """Convert lists to tuples, which YAML does not know."""
    if isinstance(value, dict):
        return {name: _tuples(inner) for name, inner in value.items()}
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list) else value
