"""Measure Template: `python -m recipes._template.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation.flags import PictureFlags
from common.evaluation.pictures import criteria as usual
from common.evaluation.pictures import measure
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return what a training has to reach, and some control must not."""
    # CHANGE: more of them, or others, such as Criterion("recall", least=0.1). The names of measures
    # and controls are the rows and columns of the table that this command prints.
    return usual(scores)


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
