"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment("faces", ablations=presets("single", "strangers"), seeds=1),
    # The authors' own ablation: a pair as one picture of twice the channels.
    Experiment("towers", ablations=presets("stacked"), seeds=1, aside=True),
    Experiment("began", ("began",), seeds=1),
    # Photographs of people, a folder for each: LFW=FOLDER.
    Experiment("lfw", ("--data", "lfw", "--flip", "--augment"), seeds=1, data_from="LFW"),
]
