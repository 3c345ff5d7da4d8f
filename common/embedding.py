"""Embeddings of pictures: an encoder whose vectors have length 1, and the triplet loss."""

from __future__ import annotations

from keras import layers, ops

from common.layers import batch_norm, doublings


def embedded(x, width: int, size: int):
    """Convolutions, halving the map down to 4 to 7 pixels a side, and an embedding of length 1.

    Args:
        x: Pictures, N×H×W×C.
        width: Channels of the first map; each map of half the size has twice as many (at most 8×).
        size: Numbers of an embedding.
    """
    for step in range(doublings(x.shape[1])):
        x = layers.Conv2D(width * 2 ** min(step, 3), 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D()(layers.ReLU()(batch_norm(x)))
    x = layers.Dense(size, dtype="float32")(layers.Flatten()(x))
    return layers.UnitNormalization(dtype="float32", name="embedding")(x)


def squared_distance(one, other):
    """Squared Euclidean distance of embeddings (…, D), row by row."""
    return ops.sum((one - other) ** 2, axis=-1)


def semi_hard(apart, classes, margin: float):
    """Find the semi-hard triplets (Schroff et al. 2015, section 3.2).

    The negative is farther from the anchor than the positive, but not by the margin.

    Args:
        apart: Squared distances of all samples, N×N.
        classes: Class of each, N.
        margin: Difference of squared distances.

    Returns:
        bool N×N×N: by anchor, positive and negative.
    """
    equal = classes[:, None] == classes[None]
    itself = ops.cast(ops.eye(ops.shape(classes)[0]), "bool")
    positive, negative = apart[:, :, None], apart[:, None]
    are_triplet = ops.logical_and((equal & ~itself)[:, :, None], ~equal[:, None])
    return are_triplet & (positive < negative) & (negative < positive + margin)


def triplet(embeddings, classes, margin: float):
    """Triplet loss: squared distances to equal ones, less those to others, plus the margin.

    The mean over the semi-hard triplets of the batch, of those that a device has.

    Args:
        embeddings: N×D.
        classes: Class of each, N.
        margin: As for `semi_hard`.

    Returns:
        The loss, 0 where no triplet is semi-hard; and which share of all triplets is.
    """
    apart = squared_distance(embeddings[:, None], embeddings[None])
    chosen = ops.cast(semi_hard(apart, classes, margin), "float32")
    excess = ops.relu(apart[:, :, None] - apart[:, None] + margin)
    count = ops.sum(chosen)
    equal = ops.cast(classes[:, None] == classes[None], "float32")
    several = ops.sum((ops.sum(equal, 1) - 1) * ops.sum(1 - equal, 1))
    return ops.sum(chosen * excess) / ops.maximum(count, 1.0), count / ops.maximum(several, 1.0)
