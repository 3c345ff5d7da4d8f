"""What is kept of an experiment's seeds in results.json, and how more seeds are added."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import shlex
from pathlib import Path

from common.evaluation.experiment import Experiment
from common.evaluation.scores import TRAINED
from data.errors import Refused


def summary(
    recipe: str, experiment: Experiment, runs: list[dict], before: dict | None = None
) -> dict:
    """What is kept of an experiment: every figure of every seed.

    Args:
        recipe: The recipe's name.
        experiment: What was run.
        runs: Of each seed, what its evaluation says and the seconds of its trainings.
        before: The summary of the seeds before these, if there is one.

    Raises:
        Refused: the seeds were measured differently, with other nets for instance.
    """
    each = [before] if before else []
    each += [_of_one(experiment, run) for run in runs]
    for fact in ("features", "samples", "measures", "criteria"):
        if any(_differ(fact, one, each[0]) for one in each):
            raise Refused(
                f"{recipe}, {experiment.name}: {fact} differ between the seeds, so they cannot "
                "be told together; remove runs/results/*/*/*.evaluated.json and run this again, "
                "with FORCE=1 to begin anew"
            )
    return told(recipe, experiment) | functools.reduce(_joined, each)


def _differ(fact: str, one: dict, other: dict) -> bool:
    """Whether two summaries differ in a fact that all seeds must have in common."""
    if fact == "measures" and one["machine"] != other["machine"]:
        # What a net reads was learned there by another one, which is as right or nearly so.
        return one[fact].keys() != other[fact].keys()
    return one[fact] != other[fact]


def _of_one(experiment: Experiment, run: dict) -> dict:
    """The summary of one seed."""
    met, seconds = run["met"], run["seconds"]
    return {
        "seeds": 1,
        "data": run["data"],
        "steps": run["step"],
        "samples": run["samples"],
        "seconds": [round(seconds[TRAINED])],
        "seconds_of": {name: [round(seconds[name])] for name in experiment.ablations},
        "machine": machine(),
        "made_with": run["made_with"],
        "features": run.get("features"),
        "candidates": run["candidates"],
        "measures": run["measures"],
        "unavailable": run["unavailable"],
        "criteria": run["criteria"],
        "of_criteria": run["of_criteria"],
        # None: not measured.
        "met": [None if one is None else int(one) for one in met[TRAINED]],
        "passes": {name: int(all(met[name])) for name in run["scores"]},
        "in_part": {name: int(_in_part(met[name])) for name in run["scores"]},
        "scores": {
            name: {measure: [value] for measure, value in row.items()}
            for name, row in run["scores"].items()
        },
        "intervals": run.get("intervals", {}),
    }


def _joined(some: dict, more: dict) -> dict:
    """The summary of the seeds of two."""
    pairs = zip(some["met"], more["met"], strict=True)
    machines = dict.fromkeys([*some["machine"].split("; "), more["machine"]])
    return some | {
        "seeds": some["seeds"] + more["seeds"],
        "machine": "; ".join(machines),
        "measures": {
            name: _both(text, more["measures"][name]) for name, text in some["measures"].items()
        },
        "seconds": some["seconds"] + more["seconds"],
        "seconds_of": _added(some["seconds_of"], more["seconds_of"]),
        "met": [None if None in pair else sum(pair) for pair in pairs],
        "passes": _added(some["passes"], more["passes"]),
        "in_part": _added(some["in_part"], more["in_part"]),
        "scores": {name: _added(row, more["scores"][name]) for name, row in some["scores"].items()},
        # Several seeds show the spread themselves.
        "intervals": {},
    }


def _both(text: str, other: str) -> str:
    """What a measure is on one machine, and on another."""
    return text if text.endswith(other) else f"{text}; elsewhere: {other}"


def _added(some: dict, more: dict) -> dict:
    """Counts summed, or lists put together, by name."""
    return {name: some[name] + more[name] for name in some}


def _in_part(met: list[bool | None]) -> bool:
    """Whether a candidate meets what was measured of it, which is not all."""
    return True in met and None in met and False not in met


def told(recipe: str, experiment: Experiment) -> dict:
    """What a table says of an experiment beside its figures."""
    command = shlex.join(("python", "-m", f"recipes.{recipe}.train", *experiment.flags))
    ablations = {name: shlex.join(flags) for name, flags in experiment.ablations.items()}
    told = {"command": command, "aside": experiment.aside, "ablations": ablations}
    return told | {"rows": experiment.rows}


def machine() -> str:
    """The machine in words."""
    from common.machine import backend

    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("tensorflow", "keras")]
    return f"{backend.device_name()} ({model}), Python {platform.python_version()}, " + ", ".join(
        versions
    )
