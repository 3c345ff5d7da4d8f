"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

#: The game that it is measured against: the same networks, data and steps.
DCGAN = ("dcgan",)

EXPERIMENTS = [
    Experiment("houses", ablations=(DCGAN, ("far-anchor",))),
    # What each part of the loss does.
    Experiment(
        "forms",
        ablations=(DCGAN, ("lsgan",), ("contrastive",), ("triplet",), ("squared",)),
        seeds=1,
        aside=True,
    ),
    Experiment(
        "lengths",
        ablations=(
            *(DCGAN, ("length-1",), ("length-8",), ("length-64",)),
            *(("margin-1",), ("margin-5",), ("margin-100",)),
        ),
        seeds=1,
        aside=True,
    ),
    Experiment(
        "faces",
        ("--data", "faces", "--image-size", "32"),
        ablations=(("dcgan", "--data", "faces", "--image-size", "32"),),
    ),
    # Photographs of flowers, a folder for each kind: FLOWERS=FOLDER.
    Experiment(
        "flowers",
        ("--data", "flowers", "--image-size", "32", "--flip"),
        ablations=(("dcgan", "--data", "flowers", "--image-size", "32", "--flip"),),
        data_from="FLOWERS",
    ),
]
