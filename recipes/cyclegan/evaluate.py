"""Measure a trained CycleGAN: `python -m recipes.cyclegan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import Criterion, Scores
from common.evaluation.unpaired import measure

from .config import Config
from .train import build

GAN_ALONE = "GAN alone"


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: near to the truth, content kept, no hidden message, no grid.

    Where no truth is known: more like the other set than pictures as they are, or than they are in
    its colours; and recovered on the way back.
    """
    found = [Criterion("cycle error under noise (ratio)", most=2, guard=True)]
    known = any(measure.startswith("error") for measure in scores.measures)
    if not known and "cycle" in scores.measures:
        found.append(Criterion("cycle", most=0.5, of="other content"))
    for way in ("A→B", "B→A"):
        if f"grid {way}" in scores.measures:
            found.append(Criterion(f"grid {way}", most=1.2, guard=True))
        nearness = f"kernel distance {way}"
        if not known and (nearness in scores.measures or nearness in scores.unavailable):
            found += [Criterion(nearness, most=1, of=name) for name in ("identity", "colours")]
        if f"error {way}" in scores.measures:
            found.append(Criterion(f"error {way}", most=0.5, of="identity"))
            found.append(Criterion(f"error {way}", most=1, of=GAN_ALONE))
        if f"content kept {way}" in scores.measures and "real" in scores.values:
            found.append(Criterion(f"content kept {way}", least=0.95, of="real"))
    return found


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run without cycle and identity losses, else alike; "" for others."""
    return GAN_ALONE if theirs == replace(ours, cycle=0.0, identity=0.0) else ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation))
