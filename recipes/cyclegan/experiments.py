"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment("seasons", ablations=presets("gan-alone")),
    # Fetched from its authors, unless MONET=FOLDER names a folder of two such sets.
    Experiment("monet2photo", ("--data", "monet2photo"), seeds=1, data_from="MONET"),
]
