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
    #: Flags of trainings that are measured beside it, as ablations; each begins with a preset.
    ablations: tuple[tuple[str, ...], ...] = ()
    #: More such trainings, by the names of their columns: flags that follow those above.
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Number of seeds.
    seeds: int = 3
    #: Whether it is an extra for the chapter, and left out of the table of criteria.
    aside: bool = False
    #: An environment variable that may name the data, where it cannot be fetched.
    data_from: str = ""
    #: More flags of evaluate; `$NAME` is what the environment variable NAME holds, without which
    #: there is nothing to measure.
    evaluate_flags: tuple[str, ...] = ()
