"""Measure a trained TraVeLGAN: `python -m recipes.travelgan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.scores import Criterion, Scores

from .config import PRESETS, Config
from .flags import Flags
from .train import build

GAN_ALONE, CYCLEGAN = "GAN alone", "cyclegan"


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: near to the truth, content kept, and like the other set.

    Half as far from that set as the originals are; and no farther than the translations of a
    CycleGAN of the same domains, where one is measured beside it.
    """
    found = []
    for way in ("A→B", "B→A"):
        content, error, nearness = (
            f"{name} {way}" for name in ("content kept", "error", "kernel distance")
        )
        if content in scores.measures and "real" in scores.values:
            found.append(Criterion(content, least=0.9, of="real"))
        if error in scores.measures:
            found.append(Criterion(error, most=0.5, of="identity"))
        if nearness in scores.measures:
            found.append(Criterion(nearness, most=0.5, of="identity"))
            if CYCLEGAN in scores.values:
                found.append(Criterion(nearness, most=1, of=CYCLEGAN))
    return found


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for one thing; "" for others."""
    if theirs == replace(ours, siamese_weight=0.0):
        return GAN_ALONE
    unfloored = replace(ours, floor=PRESETS["no-floor"].floor)
    if theirs == unfloored != ours:
        return "no floor"
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, Flags))
