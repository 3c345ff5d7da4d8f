"""What `make results` trains of a recipe: its experiments.py has a list of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Experiment:
    """One training, repeated for several seeds, and evaluated."""

    #: Short, and unlike the recipe's others.
    name: str
    #: What follows `python -m recipes.NAME.train`.
    flags: tuple[str, ...] = ()
    #: Flags of a training that is measured beside it, to show what an option is worth.
    ablation: tuple[str, ...] | None = None
    #: How many seeds are affordable.
    seeds: int = 3
    #: Whether it shows what an option is worth: told in the chapter, not in the README.
    aside: bool = False
    #: Where the data may not be had: the environment variable that may name it instead.
    data_from: str = ""
