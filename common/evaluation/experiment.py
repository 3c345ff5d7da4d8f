"""Experiments that `make results` runs; a recipe's experiments.py lists them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Experiment:
    """Training that is repeated for several seeds, and evaluated."""

    #: Short, and unique in the recipe.
    name: str
    #: What follows `python -m recipes.NAME.train`.
    flags: tuple[str, ...] = ()
    #: Trainings that are measured beside it, by name, which is that of their column, too, where
    #: the recipe has no other for it: all of their flags.
    ablations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Whether each of these has a row in tables, with its flags and seconds, in place of a column.
    rows: bool = False
    #: Number of seeds.
    seeds: int = 3
    #: Whether it is an extra for the chapter, and left out of the table of criteria.
    aside: bool = False
    #: An environment variable that may name the data, where it cannot be fetched.
    data_from: str = ""
    #: More flags of evaluate; `$NAME` is what the environment variable NAME holds, without which
    #: there is nothing to measure.
    evaluate_flags: tuple[str, ...] = ()


def presets(*names: str, flags: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Return ablations that are presets of the recipe, under their names.

    Args:
        names: Of the presets.
        flags: What follows each of them.
    """
    return {name: (name, *flags) for name in names}
