"""Codes of SD-GAN: who is seen, and how, each drawn by itself."""

from __future__ import annotations

import numpy as np

from common.batches import Batch, draw_latents, rng_for

from .config import OBSERVATIONS, Config

#: The names of both in a batch, which are those of the generator's inputs.
IDENTITY, OBSERVATION = "identity_code", "observation_code"
#: The observation of a pair's second picture.
OTHER = "other_observation_code"


def identities(config: Config, seed: int, count: int) -> np.ndarray:
    """Draw identity codes, float32 count×size in [-1, 1]; a larger count only appends to them."""
    return _drawn(seed, "identities", count, config.identity_size)


def observations(config: Config, seed: int, count: int) -> np.ndarray:
    """Draw observation codes; as `identities`."""
    return _drawn(seed, "observations", count, config.observation_size)


def _drawn(seed: int, what: str, count: int, size: int) -> np.ndarray:
    return draw_latents(rng_for(seed, what), count, size, "uniform")


def crossed(who: np.ndarray, how: np.ndarray) -> Batch:
    """Combine each of N identity codes with each of M observation codes: N·M rows, a row a who."""
    return {
        IDENTITY: np.repeat(who, len(how), axis=0),
        OBSERVATION: np.tile(how, (len(who), 1)),
    }


def on_sheet(config: Config, seed: int, count: int) -> Batch:
    """Return the codes of a sheet's first pictures: a row an identity, a column an observation."""
    rows = -(-count // OBSERVATIONS)
    how = observations(config, seed, OBSERVATIONS)
    batch = crossed(identities(config, seed, rows), how)
    return {name: values[:count] for name, values in batch.items()}
