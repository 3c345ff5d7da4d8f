"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("ring", ablation=("vanilla",)),
    Trial("grid", ("--data", "grid"), ablation=("vanilla", "--data", "grid")),
    Trial("digits", ("digits",)),
]
