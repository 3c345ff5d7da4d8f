"""Measure a trained CGAN: `python -m recipes.cgan.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation import conditional, pictures
from common.evaluation.case import Case
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def measure(case: Case) -> Scores:
    """Measure the pictures, and whether they are what was asked for."""
    return conditional.measure(case) + pictures.measure(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: what was asked for, in its variety; better than PCA, no copies."""
    return conditional.criteria(config) + pictures.criteria(scores)


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
