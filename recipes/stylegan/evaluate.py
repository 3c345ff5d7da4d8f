"""Measure a trained StyleGAN: `python -m recipes.stylegan.evaluate --help`."""

import sys
from dataclasses import replace

from common.commands.evaluate import main
from common.evaluation import pictures
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build

#: Column of the run of a DCGAN, of as many parameters and seconds.
DCGAN = "DCGAN"


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: nearer than a DCGAN, w straighter than z, coarse and fine styles."""
    found = [
        # Of a line between the ends of an arc and the arc: (2/π)²·2, on average.
        Criterion("path w/z", most=0.8),
        Criterion("entropy w/z", most=1.0),
        *(Criterion(f"{name} from coarse", least=0.7) for name in ("turn", "hat")),
        *(Criterion(f"{name} from fine", most=0.2) for name in ("turn", "hat")),
        *(Criterion(f"{name} from coarse", most=0.2) for name in ("hair", "skin")),
        *(Criterion(f"{name} from fine", least=0.7) for name in ("hair", "skin")),
    ]
    found = [criterion for criterion in found if criterion.measure in scores.measures]
    if DCGAN in scores.values:
        found.insert(0, Criterion("Fréchet distance", most=1, of=DCGAN))
    return pictures.criteria(scores) + found


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for one thing; "" for others."""
    if theirs.generation == 0:
        return DCGAN
    for name, changes in (
        ("no mapping", {"mapping_layers": 0}),
        ("no noise", {"noise": False}),
        ("one style", {"styles": "first"}),
        ("no mixing", {"mixing": 0.0}),
    ):
        if theirs == replace(ours, **changes):
            return name
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, PictureFlags))
