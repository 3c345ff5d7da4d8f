"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

_BANANAS = ("--data", "fruit:apples,fruit:bananas")
# Of 200 pictures, as many as by default, a kernel distance is not known well enough.
_MANY = ("--count", "1000")
_BESIDE = ("--baselines", "$CYCLEGAN_BANANAS", *_MANY)

EXPERIMENTS = [
    Experiment("fruit", ablations=presets("gan-alone"), evaluate_flags=_MANY),
    # A single discriminator, with and without a floor under the length of differences.
    Experiment(
        "one", ("one",), ablations=presets("one-gan-alone", "no-floor"), evaluate_flags=_MANY
    ),
    # Where shapes must change; CYCLEGAN_BANANAS=RUN names a CycleGAN's run on the same two sets, of
    # as many seconds.
    Experiment("bananas", _BANANAS, evaluate_flags=_BESIDE),
    Experiment("one-bananas", ("one", *_BANANAS), evaluate_flags=_BESIDE),
    # Photographs: PLANES=FOLDER and CYCLEGAN_PLANES=RUN, APPLES=FOLDER.
    Experiment(
        "planes",
        # Of 200 photographs each discriminator would soon know every one.
        ("--data", "planes2bikes", "--augment"),
        seeds=1,
        data_from="PLANES",
        evaluate_flags=("--baselines", "$CYCLEGAN_PLANES"),
    ),
    Experiment(
        "apple2orange",
        ("--data", "apple2orange", "--augment"),
        seeds=1,
        data_from="APPLES",
    ),
]
