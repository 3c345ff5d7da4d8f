"""Losses of pairs in closed form, at equal and at far ones; the threshold."""

import numpy as np
import pytest
from keras import ops

from recipes.siamese import losses
from recipes.siamese.threshold import equal_error, rates

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
