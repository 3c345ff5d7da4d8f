"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

_STROKES = ("--style", "paintings:strokes")
# What is compared is how near patches are, and not how all of them are spread.
_NEAREST = (*_STROKES, "--sliced-share", "0")

EXPERIMENTS = [
    Experiment("adversarial", _STROKES, seeds=1),
    Experiment("optimise", ("optimise", *_STROKES), ablations={"nearest": ("optimise", *_NEAREST)}),
    Experiment(
        "feedforward",
        ("feedforward", *_STROKES),
        ablations={"nearest": ("feedforward", *_NEAREST)},
    ),
    Experiment("adain", ("adain",)),
]
