"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment(
        "faces",
        ablations=presets("contrastive", "squared", "cross-entropy", "classifier"),
    ),
    # Handwritten characters: OMNIGLOT=FILE names an .npz of the alphabets to learn from, with
    # `images`, `alphabet` and `character`, OMNIGLOT_TESTS=FILE those of Koch et al.'s trials, which
    # also tells the `drawer`. Of the alphabets to learn from none need be kept for tests.
    Experiment(
        "omniglot",
        (
            *("--data", "omniglot.npz", "--grouped-by", "character", "--split-by", "own"),
            *("--distortion", "1.5", "--margin", "0.4", "--batch-size", "128"),
            "--quarter-turns",
            *("--steps", "3500", "--decay-from", "1500", "--decay-steps", "2000"),
        ),
        seeds=1,
        data_from="OMNIGLOT",
        evaluate_flags=(
            *("--unseen", "$OMNIGLOT_TESTS", "--within", "alphabet", "--observer", "drawer"),
        ),
    ),
    # Photographs of people, a folder for each: LFW=FOLDER.
    Experiment("lfw", ("--data", "lfw"), seeds=1, data_from="LFW"),
]
