"""Losses of pairs and triplets in closed form, at equal and at far ones; trials and pairs."""

import numpy as np
import pytest
from keras import ops

from data.errors import Refused
from recipes.siamese import losses
from recipes.siamese.threshold import equal_error, rates
from recipes.siamese.trials import Classes, one_shot, verification

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)


def slope(loss, distance, different, margin=1.0):
    """The slope of a loss in D, by itself."""
    import tensorflow as tf

    apart = tf.constant([distance], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(apart)
        value = loss(apart**2, ops.convert_to_tensor([different], "float64"), margin)
    return float(tape.gradient(value, apart)[0])


@pytest.mark.parametrize("loss", [losses.contrastive, losses.squared])
def test_pairs_at_their_place_cost_nothing(loss):
    """Equal ones at one place; different ones at the margin and beyond."""
    for distance, different in ((0.0, 0.0), (1.0, 1.0), (1.9, 1.0)):
        apart = np.array([distance**2], np.float32)
        found = float(loss(apart, np.array([different], np.float32), 1.0))
        assert found == pytest.approx(0, abs=1e-6), (distance, different)
    # And they have a finite slope, at a distance of exactly 0, too.
    assert np.isfinite(slope(loss, 0.0, 0.0)) and np.isfinite(slope(loss, 0.0, 1.0))


@pytest.mark.parametrize("margin", [0.5, 1.0, 1.5])
def test_contrastive_losses_in_closed_form(margin):
    distance = RNG.uniform(0.05, 2, 30)
    different = (RNG.random(30) < 0.5).astype(float)
    near = (1 - different) * distance**2 / 2
    hadsell = near + different * np.maximum(0, margin - distance) ** 2 / 2
    article = near + different * np.maximum(0, margin - distance**2) ** 2 / 2
    given = distance**2, different, margin
    assert float(losses.contrastive(*given)) == pytest.approx(hadsell.mean(), rel=1e-5)
    assert float(losses.squared(*given)) == pytest.approx(article.mean(), rel=1e-5)


def test_the_squared_distance_does_not_push():
    """Different pictures at one place: the slope vanishes with D, Hadsell's stays the margin."""
    for distance in (1e-1, 1e-2, 1e-3):
        ours, theirs = (slope(f, distance, 1.0) for f in (losses.contrastive, losses.squared))
        assert ours == pytest.approx(-(1 - distance), rel=1e-3)
        assert theirs == pytest.approx(-2 * distance * (1 - distance**2), rel=1e-3)
    # At D = .001 with margin 1: about 500 times smaller.
    assert ours / theirs == pytest.approx(500, rel=2e-3)


def test_pairs_are_as_often_of_one_class_as_of_two():
    both = np.arange(4 * 2 * 3, dtype=np.float32).reshape(4, 2, 3)
    one, other, different = map(np.array, losses.pairs(both, np.array([5, 6, 7, 7])))
    assert different.tolist() == [0, 0, 0, 0, 1, 1, 0, 0]
    np.testing.assert_array_equal(one, np.concatenate([both[:, 0]] * 2))
    # Its own second picture, then that of the neighbour.
    np.testing.assert_array_equal(other, np.concatenate([both[:, 1], both[[1, 0, 3, 2], 1]]))


def test_semi_hard_triplets_satisfy_both_conditions():
    """All of them, and no others; at a margin of which many triplets are outside."""
    embeddings = RNG.normal(size=(12, 5)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    classes, margin = np.repeat(np.arange(4), 3), 0.3
    apart = ((embeddings[:, None] - embeddings[None]) ** 2).sum(-1)
    chosen = np.array(losses.semi_hard(ops.convert_to_tensor(apart), classes, margin))
    wanted, costs = np.zeros_like(chosen), []
    for a, p, n in np.ndindex(chosen.shape):
        triplet = a != p and classes[a] == classes[p] and classes[a] != classes[n]
        if triplet and apart[a, p] < apart[a, n] < apart[a, p] + margin:
            wanted[a, p, n] = True
            costs.append(apart[a, p] - apart[a, n] + margin)
    np.testing.assert_array_equal(chosen, wanted)
    assert 10 < wanted.sum() < 12 * 2 * 9
    loss, share = losses.triplet(ops.convert_to_tensor(embeddings), classes, margin)
    assert float(loss) == pytest.approx(np.mean(costs), rel=1e-4)
    assert float(share) == pytest.approx(wanted.sum() / (12 * 2 * 9))


def test_triplets_without_semi_hard_ones_cost_nothing():
    """Classes farther apart than the margin; and all pictures at one place."""
    far = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    for embeddings in (far, np.zeros_like(far)):
        tensor = ops.convert_to_tensor(embeddings)
        found = losses.triplet(tensor, np.repeat(np.arange(3), 2), 0.2)
        assert [float(value) for value in found] == [0, 0]


def test_cross_entropies_in_closed_form():
    logits, different = np.array([2.0, -1.0], np.float32), np.array([0.0, 1.0], np.float32)
    wanted = np.mean([np.log1p(np.exp(-2.0)), np.log1p(np.exp(-1.0))])
    assert float(losses.cross_entropy(logits, different)) == pytest.approx(wanted, rel=1e-5)
    logits = RNG.normal(size=(5, 3)).astype(np.float32)
    classes = np.array([0, 2, 1, 1, 0])
    own = logits[np.arange(5), classes]
    wanted = np.mean(np.log(np.exp(logits).sum(1)) - own)
    found = losses.classified(ops.convert_to_tensor(logits), ops.convert_to_tensor(classes))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


# --- trials ---


def test_a_gallery_has_one_picture_of_each_class_and_queries_are_others():
    classes = Classes(np.repeat(np.arange(30), 3))
    sets = list(one_shot(classes, np.random.default_rng(0), 20, 400))
    assert len(sets) == 20
    for gallery, queries in sets:
        own = classes.numbers[gallery]
        assert len(set(own)) == 20 and (classes.numbers[queries] == own).all()
        assert (gallery != queries).all()
    with pytest.raises(Refused, match="31-way trials need as many classes .* there are 30"):
        next(one_shot(classes, np.random.default_rng(0), 31, 400))


def test_trials_by_the_protocol_of_koch():
    """Characters of one alphabet; the gallery by one drawer, the queries by another."""
    # Two alphabets of 20 characters, drawn by five people; a third one is too small.
    drawer = np.tile(np.arange(5), 45)
    character = np.repeat(np.arange(45), 5)
    alphabet = np.minimum(character // 20, 2)
    sets = list(one_shot(Classes(character, alphabet, drawer), np.random.default_rng(0), 20, 400))
    seen = set()
    for gallery, queries in sets:
        (one,), (by,), (others,) = (
            set(v.tolist()) for v in (alphabet[gallery], drawer[gallery], drawer[queries])
        )
        assert by != others and set(alphabet[queries]) == {one}
        seen.add(one)
    assert len(sets) == 20 and seen == {0, 1}


def test_pairs_for_verification():
    """As many equal ones as different ones; an equal pair is of two pictures."""
    numbers = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])
    assert len(verification(Classes(numbers), np.random.default_rng(0), 5)[2]) == 10
    one, other, different = verification(Classes(numbers), np.random.default_rng(0), 50)
    assert different.sum() == (~different).sum() == 3 + 1 + 3
    np.testing.assert_array_equal(numbers[one] != numbers[other], different)
    assert (one != other).all()
    with pytest.raises(Refused, match="there is 1 class with two pictures"):
        verification(Classes(np.array([0, 0, 1])), np.random.default_rng(0))


def test_the_threshold_is_where_both_errors_are_equal():
    different = np.repeat([False, True], 1000)
    apart = np.concatenate([RNG.normal(0.4, 0.1, 1000), RNG.normal(0.8, 0.1, 1000)])
    limit = equal_error(apart, different)
    accepted, rejected = rates(apart, different, limit)
    assert limit == pytest.approx(0.6, abs=0.03)
    assert accepted == pytest.approx(rejected, abs=2e-3) and 0.01 < accepted < 0.05
    # Where nothing overlaps, it lies between, and nothing is wrong.
    apart = np.concatenate([np.full(1000, 0.2), np.full(1000, 0.9)])
    limit = equal_error(apart, different)
    assert 0.2 <= limit < 0.9 and rates(apart, different, limit) == (0, 0)
