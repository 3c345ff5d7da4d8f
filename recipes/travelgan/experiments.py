"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

_BANANAS = ("--data", "fruit:apples,fruit:bananas")

EXPERIMENTS = [
    Experiment("fruit", ablations=(("gan-alone",),)),
    # A single discriminator, with and without a floor under the length of differences.
    Experiment("one", ("one",), ablations=(("one-gan-alone",), ("no-floor",))),
    # Where shapes must change; CYCLEGAN_BANANAS=RUN names a CycleGAN's run on the same two sets, of
    # as many seconds.
    Experiment("bananas", _BANANAS, evaluate_flags=("--baselines", "$CYCLEGAN_BANANAS")),
    Experiment(
        "one-bananas", ("one", *_BANANAS), evaluate_flags=("--baselines", "$CYCLEGAN_BANANAS")
    ),
    # Photographs: PLANES=FOLDER and CYCLEGAN_PLANES=RUN, APPLES=FOLDER.
    Experiment(
        "planes",
        ("--data", "planes2bikes"),
        seeds=1,
        data_from="PLANES",
        evaluate_flags=("--baselines", "$CYCLEGAN_PLANES"),
    ),
    Experiment("apple2orange", ("--data", "apple2orange"), seeds=1, data_from="APPLES"),
]
