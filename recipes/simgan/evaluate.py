"""Measure a trained SimGAN: `python -m recipes.simgan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .flags import Flags
from .train import build


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: worth more as a training set, and the pupil where it was."""
    worth = Criterion("gap closed", least=0.4)
    if "correlation" in scores.measures and "gap closed" not in scores.measures:
        worth = Criterion("correlation", least=1, of="simulated")
    guards = [Criterion("pupil shift", most=1, guard=True)]
    return [worth, *(guards if "pupil shift" in scores.measures else [])]


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for one thing; "" for others."""
    for name, changes in (
        ("no self-regularisation", {"regularisation": 0.0, "pretrain_refiner": 0}),
        ("no history", {"history": 0}),
        ("no noise", {"instance_noise": 0.0}),
    ):
        if theirs == replace(ours, **changes):
            return name
    weight = theirs.regularisation
    larger = weight > ours.regularisation and theirs == replace(ours, regularisation=weight)
    return f"λ = {weight:g}" if larger else ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, Flags))
