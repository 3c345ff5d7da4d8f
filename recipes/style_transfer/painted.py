"""What a generator of this recipe paints."""

from __future__ import annotations

import numpy as np

from common.network import named_inputs
from data.pixels import to_float


def one_by_one(model, batch: dict) -> np.ndarray:
    """Compute a generator's pictures one at a time, so that none depends on its company.

    Args:
        model: A `keras.Model`.
        batch: Its inputs by name, N rows each; pictures uint8, or float in [-1, 1].

    Returns:
        float32 N×H×W×3.
    """
    names = [tensor.name for tensor in model.inputs]
    rows = {name: _seen(np.asarray(batch[name])) for name in names}
    made = []
    for row in range(len(rows["input"])):
        one = {name: values[row : row + 1] for name, values in rows.items()}
        made.append(np.asarray(model(named_inputs(model, one), training=False), np.float32))
    return np.clip(np.concatenate(made), -1, 1)


def _seen(values: np.ndarray) -> np.ndarray:
    return to_float(values) if values.dtype == np.uint8 else values
