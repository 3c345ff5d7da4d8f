"""The receptive field of a patch discriminator, drawn over a picture."""

from __future__ import annotations

import keras
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tests.pages.diagram import INK, OUTPUT, QUIET, arrow, blank
from tests.pages.network import receptive_field

_SIDE, _TEXT = 2.4, 8.5


def draw_patch(discriminator: keras.Model, picture: np.ndarray) -> Figure:
    """Draw a picture, the patch that one logit judges, and the map of logits.

    Args:
        discriminator: A convolutional model from pictures to a map of logits.
        picture: uint8 H×H×3.
    """
    side, seen = len(picture), receptive_field(discriminator)
    cells = logits_of(discriminator, side)
    figure, axes = blank(2 * _SIDE + 1.5, _SIDE + 0.75)
    left, right, bottom = 0.1, _SIDE + 1.4, 0.4
    axes.imshow(picture, extent=(left, left + _SIDE, bottom, bottom + _SIDE), zorder=0)
    axes.set_aspect("auto")
    axes.set(xlim=(0, 2 * _SIDE + 1.5), ylim=(0, _SIDE + 0.75))
    cell = _SIDE / cells
    chosen = cells // 2
    for row in range(cells):
        for column in range(cells):
            corner = (right + column * cell, bottom + row * cell)
            mine = row == chosen and column == chosen
            fill = OUTPUT if mine else "#eef0f5"
            axes.add_patch(
                Rectangle(corner, cell, cell, facecolor=fill, edgecolor="white", linewidth=1)
            )
    # The patch lies around the place that the logit stands for, and may reach over the border.
    middle, wide = (chosen + 0.5) / cells * _SIDE, seen / side * _SIDE
    low, high = max(middle - wide / 2, 0), min(middle + wide / 2, _SIDE)
    axes.add_patch(
        Rectangle(
            (left + low, bottom + low),
            *(high - low, high - low),
            fill=False,
            edgecolor=OUTPUT,
            linewidth=2.5,
        )
    )
    y = bottom + (chosen + 0.5) * cell
    arrow(axes, [(left + high, y), (right + chosen * cell, y)], OUTPUT)
    told = f"{side}×{side} pixels; one patch: {seen}×{seen}"
    axes.text(left, bottom + _SIDE + 0.15, told, size=_TEXT, color=INK, va="center")
    told = f"{cells}×{cells} logits"
    axes.text(right, bottom + _SIDE + 0.15, told, size=_TEXT, color=INK, va="center")
    axes.text(
        *(left, 0.2, "Each logit says of its own patch how real it looks; the loss is their mean."),
        **{"size": _TEXT, "color": QUIET, "va": "center"},
    )
    return figure


def described_patch(discriminator: keras.Model, side: int) -> str:
    """Return what the drawing shows, in words."""
    cells = logits_of(discriminator, side)
    return f"{side}×{side} pixels, patch {receptive_field(discriminator)}, {cells}×{cells} logits"


def logits_of(discriminator: keras.Model, side: int) -> int:
    """Return the number of logits a side for pictures of a side."""
    shapes = [(1, side, side, tensor.shape[-1]) for tensor in discriminator.inputs]
    shape = discriminator.compute_output_shape(shapes if len(shapes) > 1 else shapes[0])
    return shape[1]
