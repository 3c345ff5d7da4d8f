"""Measure a trained first GAN: `python -m recipes.first_gan.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation import pictures, points
from common.evaluation.case import Case
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def measure(case: Case) -> Scores:
    """Measure points against their true density, or pictures in the features of a net."""
    return (points if case.config.kind == "points" else pictures).measure(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: all modes, correct deviation; pictures: better than PCA, no copies."""
    if config.kind == "pictures":
        return pictures.criteria(scores)
    # The grid's 25 modes may lack one.
    return [
        Criterion("modes", least=24 if config.data == "grid" else 8),
        Criterion("high quality", least=0.9),
        Criterion("std ratio", least=0.7, most=1.3, guard=True),
    ]


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
