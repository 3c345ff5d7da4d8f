"""Validation of the features that a measure is given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.errors import Refused


def checked(
    real: np.ndarray, fake: np.ndarray, at_least: Callable[[int], int] = lambda d: 2
) -> tuple[np.ndarray, np.ndarray]:
    """Validate two sets of features and return them as float64 N×d.

    Args:
        at_least: The rows that are needed, from the number of columns.

    Raises:
        Refused: no matrices, differing widths, too few rows, or a value that is not finite:
            NaN in, no number out.
    """
    sets = {"real": np.asarray(real, np.float64), "fake": np.asarray(fake, np.float64)}
    for name, values in sets.items():
        if values.ndim != 2:
            raise Refused(f"the {name} features have the shape {values.shape}; legal is N×d")
        if not np.isfinite(values).all():
            raise Refused(f"the {name} features hold values that are not finite")
    widths = [values.shape[1] for values in sets.values()]
    if widths[0] != widths[1]:
        raise Refused(f"features of {widths[0]} and of {widths[1]} numbers cannot be compared")
    needed = at_least(widths[0])
    for name, values in sets.items():
        if len(values) < needed:
            raise Refused(f"{len(values)} {name} samples: this measure needs {needed} or more")
    return sets["real"], sets["fake"]
