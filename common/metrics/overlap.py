"""Agreement of two label maps: pixel accuracy and intersection over union."""

from __future__ import annotations

import numpy as np


def pixel_accuracy(read: np.ndarray, wanted: np.ndarray) -> float:
    """Share of pixels whose label is right."""
    return float((read == wanted).mean())


def class_iou(read: np.ndarray, wanted: np.ndarray, labels: int, absent: bool = True) -> float:
    """Intersection over union, averaged over labels (class IoU).

    Args:
        read, wanted: Whole numbers below `labels`, of one shape.
        absent: Whether a label that `wanted` does not have counts, with an overlap of 0, as in
            the scores that Isola et al. (2017, section 4.1) publish.
    """
    table = np.bincount((wanted * labels + read).ravel(), minlength=labels**2)
    table = table.reshape(labels, labels)
    both, either = np.diag(table), table.sum(0) + table.sum(1) - np.diag(table)
    there = (table.sum(1) > 0) | absent
    return float((both[there] / np.maximum(either[there], 1)).mean())
