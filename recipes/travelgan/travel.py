"""Losses of transformation vectors: what a translation must keep of the differences of pictures.

s are the vectors of N pictures (N, L), and v_ij = s_i − s_j their transformation vectors (Amodio
and Krishnaswamy 2019, section 3.2); v'_ij are those of the translations. Every loss is a mean over
all ordered pairs i ≠ j, computed in float32.
"""

from __future__ import annotations

from keras import ops

from common.vectors import squared_norm


def differences(vectors):
    """Compute the transformation vectors of all ordered pairs: (N, L) → (N, N, L)."""
    vectors = ops.cast(vectors, "float32")
    return vectors[:, None] - vectors[None]


def margin_loss(v, margin: float):
    """Compute E max(0, m − ‖v‖²): vectors of original pictures must not all become one."""
    return _mean(ops.relu(margin - squared_norm(v)))


def euclidean_loss(v, made):
    """Compute E of the mean over the L numbers of (v − v')²: equal lengths and directions."""
    return _mean(squared_norm(v - made)) / v.shape[-1]


def cosine_loss(v, made, floor: float):
    """Compute −E cos(v, v'): equal directions.

    Args:
        v, made: Transformation vectors v and v', (N, N, L).
        floor: Least length that either is divided by. The slope in a shorter vector is finite: at
            most 1/floor, along the other one.
    """
    lengths = _length(v, floor) * _length(made, floor)
    return -_mean(ops.sum(v * made, axis=-1) / lengths)


def length_ratio(v, made):
    """Compute E ‖v'‖ / E ‖v‖: 0 where all translations have one vector."""
    return _mean(_length(made, 1e-12)) / ops.maximum(_mean(_length(v, 1e-12)), 1e-12)


def _length(v, floor: float):
    return ops.sqrt(ops.maximum(squared_norm(v), floor**2))


def _mean(of_pairs):
    """Mean of N×N values without the diagonal, which holds each picture's pair with itself."""
    count = of_pairs.shape[0]
    others = 1 - ops.eye(count, dtype="float32")
    return ops.sum(of_pairs * others) / (count * (count - 1))
