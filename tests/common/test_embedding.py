"""Triplets: which are semi-hard, and what they cost."""

import numpy as np
import pytest
from keras import ops

from common import embedding

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)


def test_semi_hard_triplets_satisfy_both_conditions():
    """All of them, and no others; at a margin of which many triplets are outside."""
    embeddings = RNG.normal(size=(12, 5)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    classes, margin = np.repeat(np.arange(4), 3), 0.3
    apart = ((embeddings[:, None] - embeddings[None]) ** 2).sum(-1)
    chosen = np.array(embedding.semi_hard(ops.convert_to_tensor(apart), classes, margin))
    wanted, costs = np.zeros_like(chosen), []
    for a, p, n in np.ndindex(chosen.shape):
        triplet = a != p and classes[a] == classes[p] and classes[a] != classes[n]
        if triplet and apart[a, p] < apart[a, n] < apart[a, p] + margin:
            wanted[a, p, n] = True
            costs.append(apart[a, p] - apart[a, n] + margin)
    np.testing.assert_array_equal(chosen, wanted)
    assert 10 < wanted.sum() < 12 * 2 * 9
    loss, share = embedding.triplet(ops.convert_to_tensor(embeddings), classes, margin)
    assert float(loss) == pytest.approx(np.mean(costs), rel=1e-4)
    assert float(share) == pytest.approx(wanted.sum() / (12 * 2 * 9))


def test_triplets_without_semi_hard_ones_cost_nothing():
    """Classes farther apart than the margin; and all pictures at one place."""
    far = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    for embeddings in (far, np.zeros_like(far)):
        tensor = ops.convert_to_tensor(embeddings)
        found = embedding.triplet(tensor, np.repeat(np.arange(3), 2), 0.2)
        assert [float(value) for value in found] == [0, 0]
