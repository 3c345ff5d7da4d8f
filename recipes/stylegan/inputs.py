"""What StyleGAN is given beside styles: latents, cuts, truncation and noise."""

from __future__ import annotations

import numpy as np

from common.batches import Batch, draw_latents, rng_for

from .config import TRUNCATED, Config

#: The inputs that are latents.
LATENTS = ("latent", "latent_2")


def drawn(config: Config, rng: np.random.Generator, count: int) -> Batch:
    """Draw latents and noise, to be sampled from: not mixed, not truncated."""
    batch = {name: draw_latents(rng, count, config.latent_size, "normal") for name in LATENTS}
    mix = np.zeros((count, config.style_layers), np.float32)
    batch |= {"mix": mix, "truncation": np.ones_like(mix)}
    if config.noise:
        batch["noise"] = rng.standard_normal((count, config.noise_size), np.float32)
    return batch


def learned_from(config: Config, rng: np.random.Generator, count: int) -> Batch:
    """Draw what a training step takes: as `drawn`, with a cut between the styles of two latents.

    The cut, or that there is none, is one draw for the whole batch (as in the authors' code).
    """
    batch, layers = drawn(config, rng, count), config.style_layers
    place = rng.random() if rng.random() < config.mixing else 1.0
    cut = 1 + int(place * (layers - 1))
    batch["mix"] += np.arange(layers) >= cut
    if config.growth:
        # Of fewer layers the cut is another.
        batch["cut"] = np.full(count, place, np.float32)
    if config.path_length:
        batch["direction"] = rng.standard_normal((count, *config.sample_shape), np.float32)
    return batch


def fixed(config: Config, seed: int, count: int, psi: float | None = None) -> Batch:
    """Return the inputs of `count` pictures to look at; a larger count only appends to them.

    Args:
        config: The settings.
        seed: Seed of latents and noise.
        count: How many.
        psi: ψ; None: the configuration's.
    """
    latent = draw_latents(rng_for(seed, "samples"), count, config.latent_size, "normal")
    truncation = truncation_of(config, config.truncation if psi is None else psi)
    mix = np.zeros((count, config.style_layers), np.float32)
    batch = {"latent": latent, "latent_2": latent, "mix": mix}
    return batch | {"truncation": mix + truncation, "noise": noise_of(config, seed, count)}


def truncation_of(config: Config, psi: float) -> np.ndarray:
    """Return each layer's ψ: in the first 8 as given, above them 1 (Karras et al. 2019, B)."""
    return np.where(np.arange(config.style_layers) < TRUNCATED, psi, 1.0).astype(np.float32)


def noise_of(config: Config, seed: int, count: int) -> np.ndarray:
    """Draw the noise of `count` pictures, float32 count×pixels of all maps."""
    rng = rng_for(seed, "noise of samples")
    return rng.standard_normal((count, config.noise_size), np.float32)
