"""Program behind the evaluate.py of all recipes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import data
from common.commands.made import writing
from common.commands.name import recipe_name
from common.config import Config
from common.evaluation.case import Case
from common.evaluation.flags import EvaluateFlags
from common.evaluation.scores import NOT_AVERAGED, TRAINED, UNTRAINED, Criterion, Scores
from common.run.folder import Run, versions
from data.command import read_flags, run_program
from data.errors import Refused
from data.files import resolved
from data.sheet import save

#: (configuration of a run beside, of the run) -> the name of the former's column; "": its
#: folder's name.
NameAblation = Callable[[Config, Config], str]


def main(
    file: str,
    kind: type[Config],
    build: Callable,
    measure: Callable[[Case], Scores],
    criteria: Callable[[Config, Scores], Sequence[Criterion]],
    ablation: NameAblation = lambda theirs, ours: "",
    flags: type[EvaluateFlags] = EvaluateFlags,
) -> int:
    """Evaluate a run from the command line.

    Args:
        file: The recipe's `__file__`; its folder's name is the recipe's.
        kind: Its configuration.
        build: Configuration -> `common.trainer.Trainer`; imports TensorFlow.
        measure: Computes the scores; `common.evaluation` has measures, whose scores can be added.
        criteria: The configuration, and what was measured -> what the run must reach.
        ablation: Names the column of a run given by --beside.
        flags: The dataclass of the command line's flags.

    Returns:
        The exit code: 0 whether the criteria are met or not.
    """
    recipe = recipe_name(file)

    def program() -> None:
        words = f"python -m recipes.{recipe}.evaluate"
        given = read_flags(flags, sys.argv[1:], program=words)
        given.check()
        scores = evaluate(recipe, kind, build, measure, criteria, given, ablation)
        scores.show()
        print(f"\n{given.run / 'evaluation.json'}")
        for name in scores.sheets:
            print(given.run / f"{name}.png")

    return run_program(program)


def evaluate(
    recipe: str,
    kind: type[Config],
    build: Callable,
    measure: Callable[[Case], Scores],
    criteria: Callable[[Config, Scores], Sequence[Criterion]],
    flags: EvaluateFlags,
    ablation: NameAblation = lambda theirs, ours: "",
) -> Scores:
    """Measure a run and write its evaluation.json; see `main`.

    Raises:
        Refused: the run is being trained, has nothing to show yet, is of an earlier version,
            or its data has changed; or the measure refuses something.
    """
    run = Run.open(flags.run, recipe)
    run.check_version("evaluate")
    with ExitStack() as claims:
        claims.enter_context(run.claimed())
        config = run.config(kind)
        ablations = {}
        for path in flags.beside:
            other = _open_beside(path, recipe, run)
            theirs = other.config(kind)
            name = ablation(theirs, config) or resolved(path).name
            if name in (TRAINED, NOT_AVERAGED, UNTRAINED, *ablations):
                raise Refused(
                    f"--beside {path}: there is a column {name} already; rename the folder"
                )
            claims.enter_context(other.claimed())
            ablations[name] = (other, theirs)
        source = data.find(flags.data or config.data, config.reading)
        config.check_kind(source)
        loaded = source.load("train", config.loaded_size, config.pictures, config.seed)
        loaded = config.training_set(loaded)
        run.check_data(loaded, source.name)
        case = Case(run, config, source, loaded, flags, build, ablations)
        scores = measure(case)
        facts = {"recipe": recipe, "data": source.name, "step": case.step, "samples": 0}
        scores.facts = facts | {"seed": flags.seed, "made_with": versions()} | scores.facts
        scores.criteria = tuple(criteria(config, scores))
        scores.save(run.evaluation)
        for name, sheet in scores.sheets.items():
            path = run.path / f"{name}.png"
            with writing(path):
                save(sheet, path)
        return scores


def _open_beside(path: Path, recipe: str, run: Run) -> Run:
    if resolved(path) == resolved(run.path):
        raise Refused(f"--beside {path} is the run itself")
    other = Run.open(path, recipe)
    other.check_version("evaluate")
    if other.facts["data"].get("fingerprint") != run.facts["data"].get("fingerprint"):
        raise Refused(f"--beside {path} was not trained on the samples that {run.path} was")
    return other
