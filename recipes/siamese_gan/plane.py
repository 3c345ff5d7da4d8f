"""The discriminator's plane, where it gives two numbers: clouds of real and fake vectors."""

from __future__ import annotations

import numpy as np
from PIL import Image

from data.figure import new_figure, to_picture

# How much is seen around the point, in margins, at least.
_REACH = 1.5


def plane(
    real: np.ndarray, fake: np.ndarray, anchor: float, margin: float, circle: bool = True
) -> Image.Image:
    """Draw vectors, the point that real ones are pulled to, and the margin around it.

    Args:
        real, fake: Vectors N×2.
        anchor: How far the point is from the origin, along the diagonal.
        margin: The margin, as a distance.
        circle: Draw it; triplets have none around the point.
    """
    from matplotlib.patches import Circle

    point = np.full(2, anchor / np.sqrt(2))
    # Whatever moves, the window holds nearly all; in whole margins, so that it seldom changes.
    far = np.quantile(np.abs(np.concatenate([real, fake]) - point), 0.98)
    reach = margin * max(_REACH, np.ceil(1.1 * far / margin))
    figure = new_figure()
    axes = figure.subplots()
    if circle:
        axes.add_patch(Circle(point, margin, fill=False, color="gray", linestyle="--"))
    axes.scatter(*real.T, s=12, color="#2166ac", alpha=0.7, linewidths=0, label="real")
    axes.scatter(*fake.T, s=12, color="#e69f00", alpha=0.7, linewidths=0, label="fake")
    axes.plot(*point, "+", color="black", markersize=10)
    axes.set(xlim=(point[0] - reach, point[0] + reach), ylim=(point[1] - reach, point[1] + reach))
    axes.set_aspect("equal")
    axes.legend(loc="upper right")
    return to_picture(figure)
