"""The run that a method needs: found among those that there are, or trained now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from common.commands.train import start
from common.run import checkpoint
from common.run.loaded import LoadedRun
from common.run.place import RUNS
from data.errors import EnvironmentFailure, Refused

from . import style
from .config import Config
from .train import build


def run_for(config: Config, recipe: str, asked: Sequence[str] = ()) -> LoadedRun:
    """Find the latest run with a method, its features and the same style, or train one.

    Args:
        config: The settings of a new one.
        recipe: The recipe's name.
        asked: Settings that were asked for, which a run that is found has, too.

    Raises:
        Refused: what the training refuses.
        EnvironmentFailure: it did not come to its end.
    """
    if found := latest(config, recipe, asked):
        print(f"with {found.run.path}")
        return found
    print(f"no run of {config.method} for this yet: training one")
    code = start(recipe, {"small": config}, build, [])
    found = latest(config, recipe, asked)
    if code or found is None:
        raise EnvironmentFailure("the training did not come to its end")
    return found


def latest(config: Config, recipe: str, asked: Sequence[str] = ()) -> LoadedRun | None:
    """Find the latest finished run that paints as some settings do; None: there is none."""
    for file in sorted((RUNS / recipe).glob("*/config.yaml"), reverse=True):
        try:
            loaded = LoadedRun.open(file.parent, recipe, Config)
        except Refused:
            continue
        if _alike(loaded, config, ("method", "features", *asked)):
            return loaded
    return None


def _alike(loaded: LoadedRun, config: Config, asked: Sequence[str]) -> bool:
    theirs, done = loaded.config, checkpoint.last(loaded.run.checkpoints)
    if done is None or done < theirs.steps:
        return False
    if any(getattr(theirs, name) != getattr(config, name) for name in asked):
        return False
    if theirs.method == "adain":
        return True
    size = replace(config, image_size=theirs.image_size).painting_size
    return loaded.run.facts["data"].get("style") == style.digest(config.style, size)
