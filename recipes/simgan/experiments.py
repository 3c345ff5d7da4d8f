"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment(
        "eyes", ablations=(("no-regularisation",), ("strong-regularisation",), ("no-history",))
    ),
]
