"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

# For sets that are much further apart than the drawn ones. With the rates and the noise for those D
# was always right after 200 steps, and every refined eye was white.
_GENTLE = ("--instance-noise", "0.3", "--generator-rate", "2e-4", "--discriminator-rate", "2e-4")
_GENTLE += ("--steps", "600", "--decay-from", "300", "--decay-steps", "300")

EXPERIMENTS = [
    Experiment(
        "eyes",
        ablations=presets("no-regularisation", "strong-regularisation", "no-history", "no-noise"),
    ),
    # Digits, most of them in print, after handwritten ones; DIGITS=digits,FILE names a file of
    # MNIST. By the small configuration every refined digit was black after 100 steps.
    Experiment(
        "digits",
        ("--data", "digits,mnist", "--image-size", "28", "--features", "pixels", *_GENTLE),
        seeds=1,
        data_from="DIGITS",
    ),
    # EYES=RENDERS,PHOTOGRAPHS names two files of arrays, CAMERA=FILE pictures with the renders'
    # labels: of each eye, where the iris is between its corners.
    Experiment(
        "photographs",
        ("--data", "renders.npz,photographs.npz", *_GENTLE),
        seeds=1,
        data_from="EYES",
        evaluate_flags=("--labelled", "$CAMERA", "--labels", "gaze_offset"),
    ),
]
