"""Measure style transfer: `python -m recipes.style_transfer.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: the painting's manner, and the content still there."""
    # Colours alone meet the first; grey may be near every patch, and be read as any manner; and
    # where the picture itself is trained, it begins as a blur in the painting's colours.
    found = [
        Criterion("style left", most=0.2),
        Criterion("distance of patches", most=0.8, of="histogram matching", guard=True),
        Criterion("detail", least=0.7, most=1.3),
        Criterion("content found", least=0.9, guard=True),
    ]
    if "manner recognised" in scores.measures:
        found.append(Criterion("manner recognised", least=0.8, guard=True))
    return found


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run without the content's term, else alike; "" for others."""
    return "no content term" if theirs == replace(ours, content_weight=0.0) else ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation))
