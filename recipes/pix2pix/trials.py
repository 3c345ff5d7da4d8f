"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("facades", ablation=("l1",)),
    # Fetched from its authors, unless FACADES=FOLDER names a folder of such pairs.
    Trial(
        "photographs",
        ("--data", "cmp_facades", "--direction", "BtoA"),
        seeds=1,
        data_from="FACADES",
    ),
]
