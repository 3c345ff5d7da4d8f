"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

#: Combinations of words that the houses' training does not see.
HELD_OUT = ("--held-out", "red tower", "blue winter", "flat three storeys")

EXPERIMENTS = [
    Experiment("digits"),
    Experiment("houses", ("--data", "houses", *HELD_OUT)),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Experiment("mnist", ("--data", "mnist"), seeds=1, data_from="MNIST"),
]
