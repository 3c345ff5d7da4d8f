"""Measure a trained DCGAN: `python -m recipes.dcgan.evaluate --help`."""

import sys

import numpy as np

from common.commands.evaluate import main
from common.evaluation import pictures
from common.evaluation.case import Case
from common.evaluation.flags import PictureFlags
from common.evaluation.pictures import PIXELS
from common.evaluation.scores import UNTRAINED, Criterion, Scores
from data.pixels import to_float

from .config import Config
from .train import build


def measure(case: Case) -> Scores:
    """Measure the pictures, and what the discriminator has learned of their labels."""
    return pictures.measure(case, probe=represent)


def criteria(config: Config, scores: Scores) -> list[Criterion]:
    """Return the criteria: better than a Gaussian on the pixels' components, and no copies.

    Where pictures have a label, the discriminator has learned more of it than an untrained one and
    than pixels show; and of the thousand modes of `stacked_digits` nine in ten are reached.
    """
    found = pictures.criteria(scores)
    if "probe error" in scores.measures:
        found += [Criterion("probe error", most=0.7, of=name) for name in (UNTRAINED, PIXELS)]
    if config.data == "stacked_digits" and "modes" in scores.measures:
        found += [Criterion("modes", least=900), Criterion("divergence", most=0.5)]
    return found


def represent(gan, images: np.ndarray) -> np.ndarray:
    """Compute the discriminator's features: all maps, pooled to 4×4 (Radford et al. 2016, 5.1).

    Args:
        images: uint8 N×H×W×C.

    Returns:
        float32 N×d.
    """
    import keras

    from common.metrics.probe import pooled

    model = gan.discriminator.model
    maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)]
    # By name: below 16 pixels there is one map, and a list of one would come back as a map alone.
    features = keras.Model(model.input, {f"map {i}": values for i, values in enumerate(maps)})

    def described(some: np.ndarray) -> np.ndarray:
        return np.concatenate([pooled(np.asarray(m)) for m in features(some).values()], axis=1)

    # With spectral norm, the stored kernels are not those that are computed with.
    with gan.discriminator.baked():
        parts = [described(to_float(images[i : i + 250])) for i in range(0, len(images), 250)]
    return np.concatenate(parts)


if __name__ == "__main__":
    sys.exit(main(__file__, Config, build, measure, criteria, flags=PictureFlags))
