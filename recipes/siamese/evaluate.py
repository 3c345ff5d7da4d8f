"""Measure Siamese networks: `python -m recipes.siamese.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .flags import EvaluateFlags as Flags
from .train import build


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: new classes are told apart, and better than by pixels."""
    by_pixels = "pixel distance"
    if config.data.partition(":")[0] == "faces":
        return [_one_shot(0.95), Criterion("equal error rate", most=0.25, of=by_pixels)]
    if "within" in scores.facts:
        # Characters of one alphabet, as in Koch et al.'s trials.
        return [_one_shot(0.85), Criterion("equal error rate", most=0.5, of=by_pixels)]
    beyond = Criterion("one-shot", least=1.5, of=by_pixels)
    return [beyond, Criterion("equal error rate", most=0.9, of=by_pixels)]


def _one_shot(least: float) -> Criterion:
    return Criterion("one-shot", least=least)


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for its loss; "" for others."""
    alike = replace(ours, loss=theirs.loss)
    return theirs.loss if theirs == alike and theirs.loss != ours.loss else ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, Flags))
