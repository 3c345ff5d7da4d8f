"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment(
        "eyes",
        ablations=presets("no-regularisation", "strong-regularisation", "no-history", "no-noise"),
    ),
    # Printed digits made to look handwritten; DIGITS=digits,FILE names a file of MNIST.
    Experiment(
        "digits",
        ("--data", "digits,mnist", "--image-size", "28"),
        seeds=1,
        data_from="DIGITS",
    ),
    # EYES=RENDERS,PHOTOGRAPHS names two files of arrays, CAMERA=FILE pictures with the renders'
    # labels: of each eye, where the iris is between its corners. These sets are much further apart
    # than the drawn ones: with the rates and the noise for those D was always right after 200
    # steps, and every refined eye was white.
    Experiment(
        "photographs",
        (
            *("--data", "renders.npz,photographs.npz", "--instance-noise", "0.3"),
            *("--generator-rate", "2e-4", "--discriminator-rate", "2e-4"),
            *("--steps", "600", "--decay-from", "300", "--decay-steps", "300"),
        ),
        seeds=1,
        data_from="EYES",
        evaluate_flags=("--labelled", "$CAMERA", "--labels", "gaze_offset"),
    ),
]
