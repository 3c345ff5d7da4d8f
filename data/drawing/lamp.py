"""One lamp's reflection on smooth surfaces."""

from __future__ import annotations

import numpy as np


def mirrored(right, up, out, lamp, sharp: int) -> np.ndarray:
    """The lamp's reflection, 0 to 1 (Blinn 1977), to the power of 2 to the `sharp`.

    Args:
        right, up, out: Normals; `out` is to the eye, which is far away.
        lamp: Three parts of unit vectors to the lamp.
    """
    x, y, z = lamp[0], lamp[1], lamp[2] + 1
    toward = (right * x + up * y + out * z) / np.sqrt(x * x + y * y + z * z)
    np.clip(toward, 0, 1, out=toward)
    for _ in range(sharp):
        toward *= toward
    return toward
