"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

#: The bare game, to which the chapter on stabilisers adds one thing at a time.
BARE = ("vanilla", "--watchdog", "warn", "--steps", "8000")
NOISE = ("--blur", "0.22", "--blur-steps", "6000")
FALLING = ("--decay-steps", "8000")
# Rates ten times as high, of D alone and of both, for what goes wrong then.
FAST_D = ("--discriminator-rate", "0.01")
FAST = (*FAST_D, "--generator-rate", "0.01")
HELPS = {
    "noise": NOISE,
    "falling-rates": FALLING,
    "noise-and-falling-rates": (*NOISE, *FALLING),
    "averaging": ("--averaging", "0.999"),
    "no-momentum": ("--beta-1", "0"),
    "R1": ("--r1", "0.1"),
    "R1-small": ("--r1", "0.001"),
    "spectral-norm": ("--spectral-norm",),
    "minimax": ("--loss", "minimax"),
    "critic-steps": ("--critic-steps", "5"),
    "fast-D": FAST_D,
    "fast-D-noise": (*FAST_D, *NOISE),
    "fast": FAST,
    "fast-falling-rates": (*FAST, *FALLING),
}
STABILISED = {name: (*BARE, *flags) for name, flags in HELPS.items()}

EXPERIMENTS = [
    # Without the stabilisers the training often fails, which is the point of the comparison.
    Experiment("ring", ablations=presets("vanilla", flags=("--watchdog", "warn"))),
    Experiment(
        "grid",
        ("--data", "grid"),
        ablations=presets("vanilla", flags=("--watchdog", "warn", "--data", "grid")),
    ),
    Experiment("stabilisers", BARE, STABILISED, rows=True, aside=True),
    Experiment("digits", ("digits",), seeds=1),
    # The small configuration without the most important of its helps.
    Experiment("without-blur", ("--blur", "0"), seeds=1, aside=True),
]
