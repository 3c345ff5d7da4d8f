"""Measure Template: `python -m recipes._template_translator.evaluate --help`."""

import sys

from common.commands.evaluate import main
from common.evaluation.paired import measure
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return what a training has to reach, and some control must not."""
    # CHANGE: the names of measures and controls are the rows and columns of the table that
    # this command prints.
    return [
        Criterion("distance", most=0.6, of="untrained"),
        Criterion("high-frequency power", least=0.45, most=1.3),
    ]


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria))
