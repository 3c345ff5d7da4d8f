"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("faces", ablations=(("dcgan",),)),
    # What each part is worth, beside the same training.
    Experiment(
        "parts",
        ablations=(("no-mapping",), ("no-noise",), ("one-style",), ("no-mixing",)),
        seeds=1,
        aside=True,
    ),
    Experiment("second", ("second",), ablations=(("dcgan",),), seeds=1),
]
