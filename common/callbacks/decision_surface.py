"""Plots of points in the plane over the discriminator's decision surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from keras import ops
from PIL import Image

from data.figure import new_figure, to_picture

#: Places along each side at which the discriminator is evaluated.
_FINENESS = 101


def over_surface(
    fake: np.ndarray, real: np.ndarray, discriminator: Callable, title: str = ""
) -> Image.Image:
    """Draw real and fake points over σ(D): blue is "real", red is "fake", white is ½.

    Fake points are the averaged generator's; the surface is the present discriminator's, which
    may have been trained on blurred points.

    Args:
        fake, real: Points, N×2 and M×2; the window is fitted to the real ones, so that it
            stays the same throughout a training.
        discriminator: Points, float32 K×2 → logits K×1.
    """
    centre = (real.max(0) + real.min(0)) / 2
    reach = 1.25 * (real.max(0) - real.min(0)).max() / 2
    steps = np.linspace(-reach, reach, _FINENESS, dtype=np.float32)
    places = centre + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    logits = np.asarray(discriminator(places.astype(np.float32)), np.float32)
    surface = np.asarray(ops.sigmoid(logits)).reshape(_FINENESS, _FINENESS)

    figure = new_figure()
    axes = figure.subplots()
    left, right = centre[0] - reach, centre[0] + reach
    bottom, top = centre[1] - reach, centre[1] + reach
    window = (left, right, bottom, top)
    axes.imshow(surface, cmap="RdBu", vmin=0, vmax=1, origin="lower", extent=window)
    axes.scatter(*real.T, s=2, color="black", alpha=0.25, linewidths=0)
    axes.scatter(*fake.T, s=4, color="gold", linewidths=0)
    axes.set(xlim=(left, right), ylim=(bottom, top), title=title)
    return to_picture(figure)
