"""Nearest neighbours by codes, and the index of a set of pictures that a run keeps."""

from __future__ import annotations

import numpy as np


def nearest(codes: np.ndarray, asked: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Find each code's nearest neighbours, by Euclidean distance.

    All are compared: of some dozen numbers a tree is no faster, and it would have to be built
    anew for each question.

    Args:
        codes: Those among which they are looked for, M×L.
        asked: N×L.
        count: How many; fewer where there are fewer.

    Returns:
        Their places among `codes` and their distances, the nearest first, N×count each.
    """
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=min(count, len(codes)), algorithm="brute").fit(codes)
    distances, places = index.kneighbors(asked)
    return places, distances
