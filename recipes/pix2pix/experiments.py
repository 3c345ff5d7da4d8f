"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment("facades", ablations=presets("l1")),
    # Fetched from its authors, unless FACADES=FOLDER names a folder of such pairs.
    Experiment(
        "photographs",
        ("--data", "cmp_facades", "--direction", "BtoA"),
        seeds=1,
        data_from="FACADES",
    ),
]
