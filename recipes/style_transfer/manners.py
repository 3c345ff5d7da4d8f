"""AdaIN for several paintings at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from common.network import named_inputs
from data.pixels import to_float


def blended(
    network, paintings: Sequence[np.ndarray], shares: Sequence[float], strength: float
) -> Callable[[dict], np.ndarray]:
    """Return a function of a batch of content that paints it in a blend of manners.

    Pictures are blended, each painted in one manner (the paper blends maps before they are decoded:
    Huang and Belongie 2017, section 6.4).

    Args:
        network: The model of a run of AdaIN.
        paintings: uint8 H×W×3 each.
        shares: How much each counts, 1 in all.
        strength: From 0, the content as the decoder gives it back, to 1.
    """

    def paint(batch: dict) -> np.ndarray:
        count, total = len(batch["input"]), 0.0
        for share, painting in zip(shares, paintings, strict=True):
            manner = np.repeat(to_float(painting)[None], count, axis=0)
            more = {"style": manner, "strength": np.full(count, strength, np.float32)}
            total += share * np.asarray(
                network(named_inputs(network, batch | more), training=False)
            )
        return total

    return paint
