"""Matplotlib figures as reproducible images, without a timestamp or a path."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(width: float = 4, height: float = 4) -> Figure:
    """Create an empty figure of 100·width × 100·height pixels."""
    # Importing matplotlib takes a while, and not every command draws.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=100, layout="constrained")


def to_picture(figure: Figure) -> Image.Image:
    """Render a figure as an RGB image; the same figure gives the same pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file = io.BytesIO()
    FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return Image.open(file).convert("RGB")


def scatter(points: np.ndarray) -> Image.Image:
    """Scatter plot of points in the plane, N×2."""
    figure = new_figure()
    axes = figure.subplots()
    axes.scatter(*points.T, s=3, alpha=0.5, linewidths=0)
    axes.set_aspect("equal")
    axes.grid(alpha=0.3)
    return to_picture(figure)
