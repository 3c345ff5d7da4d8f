"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("faces", ablations=(("single",), ("strangers",), ("stacked",)), seeds=1),
    Experiment("began", ("began",), seeds=1),
    # Photographs of people, a folder for each: LFW=FOLDER.
    Experiment("lfw", ("--data", "lfw", "--flip", "--augment"), seeds=1, data_from="LFW"),
]
