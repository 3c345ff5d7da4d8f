"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment(
        "faces",
        ablations=(("dcgan",), ("no-mapping",), ("no-noise",), ("one-style",), ("no-mixing",)),
    ),
    Experiment("second", ("second",), ablations=(("dcgan",),), seeds=1),
]
