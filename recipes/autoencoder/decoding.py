"""Codes of pictures, and pictures of codes, by trained networks."""

import numpy as np

from common.trainer import generate
from data.pixels import to_float

from .config import Config


def prepared(pictures: np.ndarray, config: Config) -> np.ndarray:
    """Return pictures as the encoder takes them, float32 in [-1, 1].

    Args:
        pictures: uint8, or float32 in [-1, 1], N×H×W×C.
    """
    real = to_float(pictures) if pictures.dtype == np.uint8 else pictures
    # Where grey pixels were drawn black or white, what is more likely.
    return np.where(real > 0, np.float32(1), np.float32(-1)) if config.binarise else real


def codes_of(encoder, pictures: np.ndarray, config: Config) -> np.ndarray:
    """Encode pictures to codes, float32 N×L: points, or the means of distributions.

    Args:
        encoder: A trained model.
        pictures: uint8, or float32 in [-1, 1], N×H×W×C.
    """
    code = generate(encoder, {"real": prepared(pictures, config)})
    return code[:, : config.latent_size]


def reconstructed(encoder, decoder, pictures: np.ndarray, config: Config) -> np.ndarray:
    """Reconstruct pictures from their codes: float32 N×H×W×C in [-1, 1]."""
    return generate(decoder, {"latent": codes_of(encoder, pictures, config)})
