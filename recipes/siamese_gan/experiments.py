"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

_FACES = ("--data", "faces", "--image-size", "32")
_FLOWERS = ("--data", "flowers", "--image-size", "32", "--flip")

# The preset `dcgan` is the game that it is measured against: the same networks, data and steps.
EXPERIMENTS = [
    Experiment("houses", ablations=presets("dcgan", "far-anchor")),
    # What each part of the loss does.
    Experiment(
        "forms",
        ablations=presets("dcgan", "lsgan", "contrastive", "triplet", "squared"),
        seeds=1,
        aside=True,
    ),
    Experiment(
        "lengths",
        ablations=presets(
            *("dcgan", "length-1", "length-8", "length-64", "margin-1", "margin-5", "margin-100")
        ),
        seeds=1,
        aside=True,
    ),
    Experiment("faces", _FACES, presets("dcgan", flags=_FACES)),
    # Photographs of flowers, a folder for each kind: FLOWERS=FOLDER.
    Experiment("flowers", _FLOWERS, presets("dcgan", flags=_FLOWERS), data_from="FLOWERS"),
]
