"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    # Without help the game is often lost, which is what is to be seen.
    Trial("ring", ablation=("vanilla", "--watchdog", "warn")),
    Trial(
        "grid",
        ("--data", "grid"),
        ablation=("vanilla", "--watchdog", "warn", "--data", "grid"),
    ),
    Trial("digits", ("digits",), seeds=1),
    # The small configuration without the most important of its helps.
    Trial("without-blur", ("--blur", "0"), seeds=1, aside=True),
]
