"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("ring", ablation=("vanilla",)),
    Trial("grid", ("--data", "grid"), ablation=("vanilla", "--data", "grid")),
    Trial("digits", ("digits",)),
    # The small configuration, each time without one of its helps.
    Trial("without-blur", ("--blur", "0"), seeds=1, aside=True),
    Trial("without-decay", ("--decay-steps", "0"), seeds=1, aside=True),
    Trial("without-magnification", ("--magnification", "1"), seeds=1, aside=True),
]
