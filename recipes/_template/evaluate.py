"""Measure Template: `python -m recipes._template.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation.flags import PictureFlags
from common.evaluation.pictures import measure
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return what a training has to reach, and some control must not."""
    # CHANGE: the names of measures and controls are the rows and columns of the table that
    # this command prints.
    return [
        Criterion("Fréchet distance", most=0.1, of="untrained"),
        Criterion("Fréchet distance", most=1, of="PCA"),
        Criterion("copying", most=0.55),
        Criterion("copied", most=0.05),
    ]


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
