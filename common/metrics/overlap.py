"""Agreement of two label maps: pixel accuracy and intersection over union."""

from __future__ import annotations

import numpy as np


def pixel_accuracy(read: np.ndarray, wanted: np.ndarray) -> float:
    """Share of pixels whose label is right."""
    return float((read == wanted).mean())


def class_iou(read: np.ndarray, wanted: np.ndarray, labels: int) -> float:
    """Intersection over union, averaged over the labels that occur (class IoU).

    Args:
        read, wanted: Whole numbers below `labels`, of one shape.
    """
    table = np.bincount((wanted * labels + read).ravel(), minlength=labels**2)
    table = table.reshape(labels, labels)
    both, either = np.diag(table), table.sum(0) + table.sum(1) - np.diag(table)
    there = table.sum(1) > 0
    return float((both[there] / either[there]).mean())
