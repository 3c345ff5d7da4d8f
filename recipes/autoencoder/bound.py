"""The evidence lower bound of pictures that no training saw."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from common.batches import Batch, rng_for
from common.codes import divergences, drawn_from
from data.pixels import to_float

from .config import Config
from .losses import reconstruction
from .network import DECODER, ENCODER, before_range

# Pictures at once.
_PART = 250


def bound(trainer, pictures: np.ndarray, seed: int) -> float:
    """Compute −ELBO, whatever β was trained with: nats a picture, a mean over the pictures.

    Args:
        trainer: Of a variational autoencoder; its averaged weights are used.
        pictures: uint8 N×H×W×C.
        seed: Of the latents, one draw for each picture, and of black and white.
    """
    found, config = [], trainer.config
    with trainer.average.ema_models() as models:
        raw = before_range(models[DECODER])
        for batch in batches(pictures, config, seed):
            code = models[ENCODER](batch["real"], training=False)
            made = raw(drawn_from(code, batch["latent"]), training=False)
            nats = reconstruction(batch["real"], made, config) + divergences(code)
            found.append(np.asarray(nats, np.float64))
    return float(np.concatenate(found).mean())


def bound_of_mean(mean: np.ndarray, pictures: np.ndarray, config: Config, seed: int) -> float:
    """Compute −ELBO of a decoder that gives one picture whatever the code: the divergence is 0.

    Args:
        mean: The picture, H×W×C in [-1, 1].
        pictures, seed: As for `bound`.
    """
    inside = np.clip(mean, -1 + 1e-3, 1 - 1e-3)
    raw = np.arctanh(inside) * (2 if config.decoder == "bernoulli" else 1)
    found = [
        np.asarray(reconstruction(b["real"], np.broadcast_to(raw, b["real"].shape), config))
        for b in batches(pictures, config, seed)
    ]
    return float(np.concatenate(found).mean(dtype=np.float64))


def batches(pictures: np.ndarray, config: Config, seed: int) -> Iterator[Batch]:
    """Yield parts of pictures in [-1, 1], drawn black and white where that was learned from."""
    rng = rng_for(seed, "bound")
    for start in range(0, len(pictures), _PART):
        real = to_float(pictures[start : start + _PART])
        latent = rng.standard_normal((len(real), config.latent_size), np.float32)
        if config.binarise:
            drawn = (real + 1) / 2 > rng.random(real.shape, np.float32)
            real = np.where(drawn, np.float32(1), np.float32(-1))
        yield {"real": real, "latent": latent}
