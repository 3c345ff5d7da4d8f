"""Measure a trained Pix2Pix: `python -m recipes.pix2pix.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.paired import measure
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build

L1_ALONE = "L1 alone"


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: labels kept, near to the real picture, as sharp as it, and no grid."""
    found = [Criterion("high-frequency power", least=0.7, most=1.3)]
    if "labels read" in scores.measures:
        found.insert(0, Criterion("labels read", least=0.95, of="real"))
    elif "recognised" in (*scores.measures, *scores.unavailable):
        found.insert(0, Criterion("recognised", least=0.9))
    if "grid" in scores.measures:
        found.append(Criterion("grid", most=1.2, guard=True))
    return [*found, Criterion("distance", most=1.2, of=L1_ALONE)]


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run without the adversarial term, else alike; "" for others."""
    return L1_ALONE if theirs == replace(ours, adversarial=0.0) else ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation))
