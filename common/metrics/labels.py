"""Agreement of the labels read from samples with the labels that were requested."""

from __future__ import annotations

import numpy as np

from common.metrics.estimate import Estimate
from data.errors import Refused


def label_accuracy(read: np.ndarray, wanted: np.ndarray) -> Estimate:
    """Share of samples that a classifier gives the label they were made for.

    Args:
        read, wanted: Whole numbers, one a picture.

    Returns:
        The share, and Wilson's interval (1927) for it, which stays within 0 and 1.

    Raises:
        Refused: no pictures, or not as many answers as questions.
    """
    read, wanted = np.asarray(read), np.asarray(wanted)
    if read.shape != wanted.shape or read.ndim != 1 or not len(read):
        raise Refused(f"{read.shape} labels were read where {wanted.shape} were wanted")
    right = int((read == wanted).sum())
    from scipy import stats  # takes half a second, and --help should not

    interval = stats.binomtest(right, len(read)).proportion_ci(0.95, "wilson")
    return Estimate(right / len(read), float(interval.low), float(interval.high))
