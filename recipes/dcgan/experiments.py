"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("houses", seeds=1),
    # Beside a VAE on the same pictures, in its chapter.
    Experiment("faces", ("--data", "faces:10", "--image-size", "32"), seeds=1, aside=True),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Experiment("mnist", ("--data", "mnist"), seeds=1, data_from="MNIST"),
]
