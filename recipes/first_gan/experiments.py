"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    # Without the stabilisers the training often fails, which is the point of the comparison.
    Experiment("ring", ablations=(("vanilla", "--watchdog", "warn"),)),
    Experiment(
        "grid",
        ("--data", "grid"),
        ablations=(("vanilla", "--watchdog", "warn", "--data", "grid"),),
    ),
    Experiment("digits", ("digits",), seeds=1),
    # The small configuration without the most important of its helps.
    Experiment("without-blur", ("--blur", "0"), seeds=1, aside=True),
]
