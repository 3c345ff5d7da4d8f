"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment

EXPERIMENTS = [
    Experiment("adversarial", ("--style", "paintings:strokes"), seeds=1),
    Experiment("optimise", ("optimise", "--style", "paintings:strokes")),
    Experiment("feedforward", ("feedforward", "--style", "paintings:strokes")),
    Experiment("adain", ("adain",), seeds=1),
]
