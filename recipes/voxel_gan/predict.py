"""Prediction of shapes from pictures, by two trained networks."""

import numpy as np

from common.trainer import generate
from data.pixels import to_float


def predict(encoder, generator, views: np.ndarray) -> np.ndarray:
    """Predict shapes from views: what the generator makes of the means of their codes.

    Args:
        encoder, generator: Trained models.
        views: uint8 or float32 in [-1, 1], N×H×W×C.
    """
    seen = to_float(views) if views.dtype == np.uint8 else views
    mean, _ = np.split(generate(encoder, {"input": seen}), 2, axis=1)
    return generate(generator, {"latent": mean})
