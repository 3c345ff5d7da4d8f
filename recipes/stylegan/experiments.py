"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment("faces", ablations=presets("dcgan")),
    # What each part is worth, beside the same training.
    Experiment(
        "parts",
        ablations=presets("no-mapping", "no-noise", "one-style", "no-mixing"),
        seeds=1,
        aside=True,
    ),
    Experiment("second", ("second",), ablations=presets("dcgan"), seeds=1),
]
