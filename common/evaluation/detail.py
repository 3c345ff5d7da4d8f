"""Measures of fine detail, of translations of either kind."""

from __future__ import annotations

import numpy as np

from common.evaluation.scores import Values
from common.metrics.spectrum import grid_ratio, has_grid, high_frequency_ratio

POWER, GRID = "high-frequency power", "grid"
_WORDS = {
    POWER: "power in the upper octave of frequencies, over that of real pictures (1)",
    GRID: "how far the frequencies of a grid of 2 or 4 pixels stand out of the spectrum, over that "
    "of real pictures (1)",
}


def measures(height: int, width: int) -> tuple[dict[str, str], dict[str, str]]:
    """Return the measures of pictures of a size, in words, and why others are not available."""
    if has_grid(height, width):
        return dict(_WORDS), {}
    why = f"it needs multiples of 4 pixels, from 32 on; pictures are {width}×{height}"
    return {POWER: _WORDS[POWER]}, {GRID: why}


def score(real: np.ndarray, fake: np.ndarray) -> Values:
    """Score pictures, uint8 N×H×W×C, beside real ones."""
    values: Values = {POWER: high_frequency_ratio(real, fake)}
    return values | ({GRID: grid_ratio(real, fake)} if has_grid(*fake.shape[1:3]) else {})
