"""Measure a trained DCGAN: `python -m recipes.dcgan.evaluate --help`."""

import sys

import numpy as np

from common.commands.evaluate import main
from common.evaluation.scores import Bar
from recipes.dcgan.config import Config
from recipes.dcgan.train import build


def bars(config: Config) -> list[Bar]:
    """Far from the start, better than a linear model of the pixels, and not by copying."""
    return [
        Bar("Fréchet distance", most=0.1, of="untrained"),
        Bar("Fréchet distance", most=1, of="PCA"),
        Bar("copying", most=0.55),
        Bar("copied", most=0.05),
    ]


def represent(gan, images: np.ndarray) -> np.ndarray:
    """The discriminator's maps of every layer, pooled to 4×4 (Radford et al. 2016, section 5.1).

    Args:
        images: uint8 N×H×W×C.

    Returns:
        float32 N×d.
    """
    import keras

    from common.metrics.probe import pooled

    model = gan.discriminator.model
    maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)]
    features = keras.Model(model.input, maps)
    parts = [images[i : i + 250].astype(np.float32) / 127.5 - 1 for i in range(0, len(images), 250)]
    return np.concatenate(
        [np.concatenate([pooled(np.asarray(m)) for m in features(part)], axis=1) for part in parts]
    )


if __name__ == "__main__":
    sys.exit(main("dcgan", Config, build, bars, represent))
