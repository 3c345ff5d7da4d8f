"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("houses", seeds=1),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Experiment("mnist", ("--data", "mnist"), seeds=1, data_from="MNIST"),
]
