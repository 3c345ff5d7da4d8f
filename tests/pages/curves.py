"""Curves of a training, from its metrics.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from common.run import metrics_file
from data.figure import new_figure, to_picture

#: The two networks' losses, and how often the discriminator is right.
LOSSES = {
    "losses": ["generator/adversarial", "discriminator/adversarial"],
    "D's pairwise accuracy": ["discriminator/pairwise_accuracy"],
}
_SMOOTH = 15


def curves(runs: dict[str, Path], panels: dict[str, list[str]]) -> Image.Image:
    """Draw columns of some runs' metrics over the steps: faint as they are, and smoothed.

    Args:
        runs: Title -> run folder; with several, each has a row of its own.
        panels: Title -> the columns that it shows, such as "generator/adversarial".

    Raises:
        LookupError: a run's metrics have no such column.
    """
    figure = new_figure(3.6 * len(panels), 2.5 * len(runs) + 0.2)
    grid = figure.subplots(len(runs), len(panels), squeeze=False, sharey="col")
    for row, (name, run) in zip(grid, runs.items(), strict=True):
        table = read_metrics(run / "metrics.csv")
        for axes, (title, columns) in zip(row, panels.items(), strict=True):
            for number, column in enumerate(columns):
                if column not in table:
                    raise LookupError(f"{run}: no {column}; there are {', '.join(table)}")
                steps, values = table["step"], table[column]
                axes.plot(steps, values, color=f"C{number}", alpha=0.25, linewidth=0.7)
                axes.plot(steps, _smooth(values), color=f"C{number}", label=_short(column))
            axes.set(title=f"{name}: {title}" if len(runs) > 1 else title, xlabel="step")
            axes.title.set_fontsize(9)
            axes.tick_params(labelsize=8)
            axes.grid(alpha=0.25)
            axes.legend(fontsize=7)
    return to_picture(figure)


def read_metrics(path: Path) -> dict[str, np.ndarray]:
    """Read the columns of a run's metrics.csv; what is empty is NaN."""
    names, rows = metrics_file.read(path) or ([], [])
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in names}


def _smooth(values: np.ndarray) -> np.ndarray:
    """Running mean over the rows around each; shorter at both ends."""
    width = min(_SMOOTH, max(1, len(values) // 8))
    padded = np.pad(values, width // 2, mode="edge")
    window = np.ones(2 * (width // 2) + 1)
    return np.convolve(padded, window / window.size, mode="valid")


def _short(column: str) -> str:
    network, _, term = column.partition("/")
    return {"generator/adversarial": "G", "discriminator/adversarial": "D"}.get(
        column, term or network
    )
