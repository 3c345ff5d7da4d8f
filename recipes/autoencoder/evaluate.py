"""Measure a trained autoencoder: `python -m recipes.autoencoder.evaluate --help`."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from common.commands.evaluate import main
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Criterion, Scores

from .config import Config
from .train import build

#: What the negative bound has to be on MNIST's test pictures, drawn black and white: 10 nats above
#: the published one of 50 latents and one stochastic layer, 86.8.
NATS = 96.8


@dataclass
class Flags(PictureFlags):
    """Measure reconstructions, the bound and search by codes, beside controls."""

    samples: bool = False
    """Also measure pictures from noise, as those of GANs are measured."""


def measure(case):
    """As `measure.measure`; only here is TensorFlow imported."""
    from .measure import measure as whole

    return whole(case)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: reconstructions nearer than PCA's; the bound, or better search.

    Codes of many numbers, which a low bound asks for, are not those to search by.
    """
    found = [Criterion("error", most=1, of="PCA code")]
    # The bound is MNIST's, by its name or as a file of that name.
    is_mnist = Path(config.data).stem == "mnist" and config.sample_shape == (28, 28, 1)
    if config.variational and config.binarise and is_mnist:
        found.append(Criterion("−ELBO", most=NATS))
    elif "gain" in scores.measures:
        found.append(Criterion("gain", least=0.1))
    return found


def ablation(theirs: Config, ours: Config) -> str:
    """Return the name of a run that is alike but for one thing; "" for others."""
    if theirs == replace(ours, variational=False, beta=1.0):
        return "autoencoder"
    if theirs == replace(ours, beta=theirs.beta):
        return f"β = {theirs.beta:g}"
    return ""


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, ablation, Flags))
