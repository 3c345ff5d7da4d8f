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
from common.run.folder import Run, fingerprint
from common.run.loaded import LoadedRun
from common.translation.translate import Translator, at_inference
from data.errors import Refused
from data.jitter import Jitter
from data.pixels import to_float
from data.progress import waiting

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
        Refused: it is no run of another recipe, has no network yet, or one that takes more than
            a picture; it was trained at another size, or on other pictures.
    """
    check_folder(path)
    recipe = read_facts(path / "config.yaml")["recipe"]
    if recipe == case.run.facts["recipe"]:
        raise Refused(f"--baselines {path} is a run of {recipe}, too; --beside measures those")
    run = Run.open(path, recipe)
    loaded = LoadedRun(run, case.config)
    loaded.check()
    shapes = run.facts.get("shapes", {})
    if any(list(shapes.get(name, {}).get("inputs", ())) != ["input"] for name in loaded.networks):
        raise Refused(f"--baselines {path} has no networks that translate pictures without more")
    theirs, ours = run.facts["config"].get("image_size"), case.config.image_size
    theirs = tuple(theirs) if isinstance(theirs, list) else theirs
    if theirs != ours:
        raise Refused(f"--baselines {path} was trained with --image-size {theirs}, not {ours}")
    with waiting("checking the pictures that the baseline learned from"):
        _check_pictures(run, case)
    return recipe, loaded


def _check_pictures(run: Run, case: Case) -> None:
    """Refuse a run that learned from other pictures than those that are to be translated."""
    config = run.facts["config"]
    jitter = Jitter(config.get("jitter", 0.0), config.get("flip", False))
    size = jitter.loaded_size(case.config.image_size)
    seen = case.source.load("train", size, config["pictures"], config["seed"])
    if fingerprint(seen) != run.facts["data"].get("fingerprint"):
        raise Refused(
            f"--baselines {run.path} did not learn from the pictures that {case.source.name} has, "
            f"but from {config['data']} as it was then"
        )


def ways_of(loaded: LoadedRun) -> list[Translation]:
    """Return the translations by a run's saved networks, A→B first.

    Pictures of the size that they were trained on need no padding, and all have it.
    """
    networks = [backend.compiled(at_inference(loaded.network(name))) for name in loaded.networks]
    return [Translator(network, 1).all for network in networks]
