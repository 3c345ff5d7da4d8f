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


def cross_entropy(logits, different):
    """Cross-entropy of "the same" (Koch et al. 2015, section 3.2); logits and `different`, N."""
    return ops.mean(losses.binary_crossentropy(1 - different, logits, from_logits=True))


def classified(logits, classes):
    """Cross-entropy of a classifier; logits N×K, classes N."""
    return ops.mean(losses.sparse_categorical_crossentropy(classes, logits, from_logits=True))
