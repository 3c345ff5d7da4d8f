"""Measure Template: `python -m recipes._template_plain.evaluate --help`."""

import sys

import numpy as np

from common.commands.evaluate import main
from common.evaluation import pictures
from common.evaluation.case import Case
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores
from data.pixels import to_float

from .config import Config
from .train import build


def measure(case: Case) -> Scores:
    """Measure the pictures made from noise, and the reconstruction of real ones."""
    return pictures.measure(case) + reconstruction(case)


def reconstruction(case: Case) -> Scores:
    """Measure the error of reconstructions of real pictures, beside controls."""
    # CHANGE: a measure of your own: values of each model and of each control, with what they
    # are in words. Held-out pictures are those that no training saw.
    real = to_float(case.reference.held_out.samples)
    found = {"real": real, "mean picture": to_float(case.training.samples).mean(axis=0)}
    words = {"real": "the pictures themselves", "mean picture": "one picture instead of all"}
    for name, words[name], trainer in case.models(not_averaged=True):
        found[name] = trainer.reconstruct(real)
        # Before the next one is built.
        del trainer
    return Scores(
        {"samples": len(real)},
        words,
        {"error": "root mean square distance of a reconstruction, of values in [-1, 1] (0)"},
        {name: {"error": float(np.sqrt(((m - real) ** 2).mean()))} for name, m in found.items()},
    )


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return what a training has to reach, and some control must not."""
    # CHANGE: the names of measures and controls are the rows and columns of the table that
    # this command prints.
    return [
        Criterion("error", most=0.5, of="mean picture"),
        Criterion("Fréchet distance", most=0.2, of="untrained"),
        Criterion("copied", most=0.05, guard=True),
    ]


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
