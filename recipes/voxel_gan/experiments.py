"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("furniture", ablations=(("no-gate",),), seeds=1),
    Experiment("views", ("views",), ablations=(("no-weights",),), seeds=1),
]
