"""What TraVeLGAN's translations are worth, beside controls and other recipes' networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from common.evaluation import unpaired
from common.evaluation.candidates import Translation
from common.evaluation.case import Case
from common.evaluation.scores import Scores
from common.machine import backend
from common.run.facts import read_facts
from common.run.folder import Run
from common.run.loaded import LoadedRun
from common.translation.translate import Translator, at_inference
from data.errors import Refused
from data.pixels import to_float

from .flags import check_folder

#: The column of a control: one and the same real picture, whatever is to be translated.
CONSTANT = "constant"


def measure(case: Case) -> Scores:
    """Score a run's translations, those of other runs and of other recipes, and controls.

    Raises:
        Refused: as `common.evaluation.unpaired.measure`; or a baseline is none.
    """
    baselines = {}
    for path in case.flags.baselines:
        name, run = baseline(path, case)
        if name in (*baselines, *case.ablations):
            raise Refused(f"--baselines {path}: there is a column {name} already")
        baselines[name] = run
    beside = {CONSTANT: ("one real picture of the other set, for every one", constant(case))}
    for name, run in baselines.items():
        beside[name] = (f"the networks of {run.run.path.name}, a run of that recipe", ways_of(run))
    return unpaired.measure(case, beside)


def constant(case: Case) -> list[Translation]:
    """Return translations A→B and B→A to the first training picture of the other set."""

    def always(picture: np.ndarray) -> Translation:
        return lambda pictures: np.repeat(picture[None], len(pictures), axis=0)

    return [always(to_float(side.samples[0])) for side in (case.training.b, case.training.a)]


def baseline(path: Path, case: Case) -> tuple[str, LoadedRun]:
    """Open a run of another recipe; returns the recipe's name and the run.

    Raises:
        Refused: it is no run, was trained on other data or at another size, or has no network.
    """
    check_folder(path)
    recipe = read_facts(path / "config.yaml")["recipe"]
    run = Run.open(path, recipe)
    for name in ("data", "image_size"):
        theirs, ours = run.facts["config"].get(name), getattr(case.config, name)
        theirs = tuple(theirs) if isinstance(theirs, list) else theirs
        if theirs != ours:
            raise Refused(f"--baselines {path} was trained with {name} {theirs}, not {ours}")
    loaded = LoadedRun(run, case.config)
    if not run.network(loaded.networks[0]).is_file():
        raise Refused(f"--baselines {path} has no network yet: no checkpoint was reached")
    return recipe, loaded


def ways_of(loaded: LoadedRun) -> list[Translation]:
    """Return the translations by a run's saved networks, A→B first.

    Pictures of the size that they were trained on need no padding, and all have it.
    """
    networks = [backend.compiled(at_inference(loaded.network(name))) for name in loaded.networks]
    return [Translator(network, 1).all for network in networks]
