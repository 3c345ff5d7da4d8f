"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

#: A small DCGAN, to which the chapter on stabilisers adds one thing at a time.
BARE = ("--image-size", "32", "--width", "32", "--steps", "2000", "--averaging", "0")
BARE += ("--watchdog", "warn")
HELPS = {
    "averaging": ("--averaging", "0.998"),
    "falling-rates": ("--decay-from", "0", "--decay-steps", "2000"),
    "instance-noise": ("--instance-noise", "0.1"),
    "augmentation": ("--augment",),
    "label-smoothing": ("--label-smoothing", "0.1"),
    "spectral-norm": ("--spectral-norm",),
    "R1": ("--r1", "0.1"),
    "R1-and-R2": ("--r1", "0.1", "--r2", "0.1"),
    "minimax": ("--loss", "minimax"),
    "least-squares": ("--loss", "least-squares"),
    "hinge": ("--loss", "hinge"),
    "relativistic": ("--loss", "relativistic", "--r1", "0.1", "--r2", "0.1"),
    "wasserstein": ("--loss", "wasserstein", "--gradient-penalty", "10"),
}
STABILISED = {name: (*BARE, *flags) for name, flags in HELPS.items()}

EXPERIMENTS = [
    Experiment("houses", seeds=1),
    # Beside a VAE on the same pictures, in its chapter.
    Experiment("faces", ("--data", "faces:10", "--image-size", "32"), seeds=1, aside=True),
    Experiment("stabilisers", BARE, STABILISED, rows=True, aside=True),
    # A thousand modes, with the modern loss; a mode is reached that has a fifth of its share.
    Experiment(
        "stacked",
        (
            *("--data", "stacked_digits", "--image-size", "32", "--loss", "relativistic"),
            *("--r1", "0.1", "--r2", "0.1"),
        ),
        seeds=1,
        aside=True,
        evaluate_flags=("--count", "26000"),
    ),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Experiment("mnist", ("--data", "mnist"), seeds=1, data_from="MNIST"),
]
