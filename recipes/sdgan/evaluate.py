"""Measure a trained SD-GAN: `python -m recipes.sdgan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build

#: The column of a plain DCGAN, half of whose latent is shared.
DCGAN = "DCGAN"


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: one identity in many observations, and pictures as good as DCGAN's."""
    found = [
        Criterion("identity AUC", least=0.95, of="real"),
        Criterion("variety", least=0.8, of="real"),
        Criterion("identities", least=0.9, of="real"),
        Criterion("Fréchet distance", most=1.2, of=DCGAN),
    ]
    return [*found, Criterion("copied", most=0.05, guard=True)]


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for one thing; "" for others."""
    for name, changes in (
        (DCGAN, {"towers": "single"}),
        ("strangers", {"strangers": True}),
        ("stacked", {"towers": "stacked"}),
    ):
        # A plain DCGAN may train for as many seconds, not steps.
        if theirs == replace(ours, steps=theirs.steps, **changes):
            return name
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, PictureFlags))
