"""Worlds: synthetic data sets with known factors, one module each."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.worlds.mixture import Mixture
    from data.worlds.world import Domains, World

# What worlds are made with; every other module is one.
_TOOLS = {"mixture", "world"}


def names() -> list[str]:
    """The names of all worlds, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _TOOLS)


def get(name: str) -> World | Mixture | Domains:
    """The world called `name` (one of `names()`)."""
    return importlib.import_module(f"data.worlds.{name}").WORLD
