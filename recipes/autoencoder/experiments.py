"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

#: Pictures from noise are measured as those of GANs are.
SAMPLES = ("--samples",)

EXPERIMENTS = [
    Experiment(
        "digits", ablations=presets("plain", "beta-0", "beta-4"), evaluate_flags=SAMPLES, seeds=1
    ),
    Experiment("faces", ("faces",), evaluate_flags=SAMPLES, seeds=1),
    Experiment("denoising", ("denoising",), seeds=1, aside=True),
    Experiment("plane", ("plane",), seeds=1, aside=True),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Experiment("mnist", ("mnist",), seeds=1, data_from="MNIST"),
    Experiment("mnist-codes", ("mnist-codes",), seeds=1, data_from="MNIST"),
]
