"""Losses of embeddings: of pairs, of triplets, and of a classifier."""

from __future__ import annotations

from keras import losses, ops

# The root of 0 has no slope.
_EPSILON = 1e-12


def pairs(both, classes):
    """Compose as many pairs of one class as of two.

    A place's two pictures are of one class; the other pairs are of neighbouring places, the first
    picture of each with the second one of its neighbour.

    Args:
        both: Embeddings (N, 2, D), N even.
        classes: Class of each place, N.

    Returns:
        First embeddings (2N, D), second ones, and `different` (2N): 1 where the classes differ.
    """
    one, other = both[:, 0], both[:, 1]

    def of_neighbour(values):
        twos = ops.reshape(values, (-1, 2, *values.shape[1:]))
        return ops.reshape(ops.flip(twos, axis=1), (-1, *values.shape[1:]))

    differ = ops.cast(classes != of_neighbour(classes), "float32")
    return (
        ops.concatenate([one, one]),
        ops.concatenate([other, of_neighbour(other)]),
        ops.concatenate([ops.zeros_like(differ), differ]),
    )


def squared_distance(one, other):
    """Squared Euclidean distance of embeddings (…, D), row by row."""
    return ops.sum((one - other) ** 2, axis=-1)


def contrastive(apart, different, margin: float):
    """Contrastive loss (Hadsell et al. 2006): (1 − Y)·½D² + Y·½·max(0, m − D)².

    Args:
        apart: Squared distances D², N.
        different: Y: 1 for pairs of different classes, 0 for equal ones.
        margin: m: pairs of different classes are pushed apart up to this distance.
    """
    distance = ops.sqrt(apart + _EPSILON)
    near = ops.relu(margin - distance) ** 2
    return ops.mean((1 - different) * apart + different * near) / 2


def squared(apart, different, margin: float):
    """Contrastive loss with D² in place of D in its second term: Y·½·max(0, m − D²)².

    Its slope in D is 2D·(m − D²) in place of m − D: two different pictures at one place are
    hardly pushed apart. Arguments as for `contrastive`.
    """
    near = ops.relu(margin - apart) ** 2
    return ops.mean((1 - different) * apart + different * near) / 2


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


def cross_entropy(logits, different):
    """Cross-entropy of "the same" (Koch et al. 2015, section 3.2); logits and `different`, N."""
    return ops.mean(losses.binary_crossentropy(1 - different, logits, from_logits=True))


def classified(logits, classes):
    """Cross-entropy of a classifier; logits N×K, classes N."""
    return ops.mean(losses.sparse_categorical_crossentropy(classes, logits, from_logits=True))
