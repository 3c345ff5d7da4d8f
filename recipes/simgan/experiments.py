"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment(
        "eyes",
        ablations=(
            ("no-regularisation",),
            ("strong-regularisation",),
            ("no-history",),
            ("no-noise",),
        ),
    ),
    # Printed digits made to look handwritten; DIGITS=digits,FILE names a file of MNIST.
    Experiment(
        "digits",
        ("--data", "digits,mnist", "--image-size", "28"),
        seeds=1,
        data_from="DIGITS",
    ),
    # EYES=RENDERS,PHOTOGRAPHS names two files of arrays, CAMERA=FILE pictures with the renders'
    # labels: of each eye, where the iris is between its corners.
    Experiment(
        "photographs",
        ("--data", "renders.npz,photographs.npz"),
        seeds=1,
        data_from="EYES",
        evaluate_flags=("--labelled", "$CAMERA", "--labels", "gaze_offset"),
    ),
]
