"""Projection of pictures into the space of styles."""

from __future__ import annotations

import numpy as np

from common.batches import draw_latents, rng_for
from common.invert import Inverted, invert  # first: it imports TensorFlow, quietly

from keras import ops  # isort: skip

from .inputs import noise_of
from .render import Renderer

# Styles from which the search may begin; its rate, in deviations of w.
_DRAWS, _RATE = 500, 0.1


def projected(
    renderer: Renderer, wanted: np.ndarray, space: str, steps: int, seed: int
) -> tuple[np.ndarray, Inverted]:
    """Find the styles whose pictures are nearest to given ones (Karras et al. 2020, section 5).

    Args:
        renderer: The generator.
        wanted: Pictures, float32 N×H×W×C in [-1, 1].
        space: "w": one style for all layers; "w+": one for each, which reaches more pictures, also
            such as are no faces (Abdal et al. 2019).
        steps: Steps of the search.
        seed: Seed of where it begins.

    Returns:
        Styles, float32 N×layers×L, and what the search found.
    """
    config = renderer.config
    latents = draw_latents(rng_for(seed, "projection"), _DRAWS, config.latent_size, "normal")
    w, noise = renderer.w(latents), ops.convert_to_tensor(noise_of(config, seed, 1))
    draws = w if space == "w" else np.repeat(w[:, None], config.style_layers, axis=1)

    def render(codes):
        styles = codes["styles"]
        layered = renderer.layered(styles) if space == "w" else styles
        return renderer.rendered(layered, ops.repeat(noise, styles.shape[0], axis=0))

    rate = _RATE * float(w.std(0).mean())
    found = invert(render, wanted, {"styles": draws}, steps=steps, rate=rate)
    styles = found.codes["styles"]
    if space == "w":
        styles = np.repeat(styles[:, None], config.style_layers, axis=1)
    return styles, found
