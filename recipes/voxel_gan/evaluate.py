"""Measure a trained 3D-GAN: `python -m recipes.voxel_gan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import UNTRAINED, Criterion, Scores

from .config import Config
from .train import build


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: four fifths of the variety; better guesses than without a network."""
    found = [Criterion("coverage", least=0.8, of="real")]
    if config.encoder:
        found += [Criterion("IoU", least=1, of=name) for name in ("mean shape", "nearest view")]
        # What ignores the view fails, whatever else it knows.
        found.append(Criterion("IoU", least=1.5, of="another view"))
    if "probe error" in scores.measures:
        found.append(Criterion("probe error", most=0.9, of=UNTRAINED))
    guards = [
        Criterion("connected", least=0.9, of="real", guard=True),
        Criterion("symmetry", least=0.75, of="real", guard=True),
        Criterion("copying", most=0.55, guard=True),
    ]
    return found + guards


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that differs by one thing alone; "" for others."""
    for name, changes in (
        ("no gate", {"gate": 1.0}),
        ("gate", {"gate": 0.8}),
        ("no mirror", {"mirror": False}),
        ("no weights", {"occupied_weight": 0.5}),
    ):
        if ours != theirs == replace(ours, **changes):
            return name
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation))
