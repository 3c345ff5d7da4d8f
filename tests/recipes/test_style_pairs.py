"""Patches of pictures and of a painting of each: closed forms, and who is compared with whom."""

import numpy as np
import pytest
from keras import ops

from common.machine import backend
from recipes.style_transfer import pairs
from recipes.style_transfer.pairs import PairedPatches
from recipes.style_transfer.perceptual import reduced
from recipes.style_transfer.sliced import DIRECTIONS

ALL = np.arange(0, DIRECTIONS, 16)


def noise(height, width, seed=0, low=-1.0, high=1.0):
    """A picture 1×H×W×3 without two patches that are alike."""
    rng = np.random.default_rng(seed)
    return rng.uniform(low, high, (1, height, width, 3)).astype(np.float32)


def both(compare, pictures, paintings):
    """The two distances, to the nearest patches and of how they are spread."""
    nearest = compare.nearest(pictures, paintings, np.zeros(2, np.float32))
    return float(nearest), float(compare.spread(pictures, paintings, ALL))


def test_two_colours_in_closed_form():
    """A square for each value; along a direction that many times the sum of its weights."""
    compare = PairedPatches(5, seed=3)
    mine, theirs = np.full((2, 32, 40, 3), 0.5, np.float32), np.zeros((2, 32, 32, 3), np.float32)
    nearest, spread = both(compare, mine, theirs)
    patches = ((32 + 2 * 4 - 5) // 2 + 1) * ((40 + 2 * 4 - 5) // 2 + 1)
    assert nearest == pytest.approx(0.25 * patches * 2**2 / (32 * 40), rel=1e-4)
    along = np.array(compare._directions)[ALL].sum(1)
    assert spread == pytest.approx(0.25 * (along**2).mean(), rel=1e-3)


@pytest.mark.parametrize("shape", [(32, 32), (32, 44), (16, 20)])
def test_a_painting_is_no_way_from_itself(shape):
    """Up to what its border, which is reflected, does not have in it."""
    compare, painting, other = PairedPatches(5, seed=0), noise(*shape), noise(*shape, seed=1)
    away = both(compare, other, painting)
    assert both(compare, painting, painting)[1] == 0
    inside = both(compare, painting, painting)[0]
    assert inside < 0.7 * away[0] and away[1] > 1e-4


def test_each_picture_is_compared_with_its_own_painting():
    """And with no other of the batch: in the wrong order they are far apart."""
    compare = PairedPatches(5, seed=0)
    dark, light = noise(32, 32, 0, -1, -0.5), noise(32, 32, 1, 0.5, 1)
    pictures = np.concatenate([dark, light])
    right = both(compare, pictures, pictures)
    wrong = both(compare, pictures, pictures[::-1].copy())
    assert right[0] < 0.1 * wrong[0] and right[1] == 0 < wrong[1]
    alone = both(compare, dark, light)[0], both(compare, light, dark)[0]
    assert wrong[0] == pytest.approx(np.mean(alone), rel=1e-5)


def test_half_of_a_painting_is_near_it_and_not_spread_as_it_is():
    """Why both are asked for."""
    compare = PairedPatches(5, seed=0)
    painting = np.concatenate([noise(32, 32, 0, -1, -0.9), noise(32, 32, 1, 0.9, 1)], axis=2)
    nearest, spread = both(compare, painting[:, :, :32], painting)
    other = both(compare, -painting[:, :, :32] * 0, painting)
    assert nearest < 0.3 * other[0] and spread > 0.3 * other[1]


def test_a_large_painting_is_compared_by_some_of_its_patches(monkeypatch):
    """As many as a painting of a few pixels has, so that memory has a bound."""
    taken, cut, large = [], pairs.cut, noise(200, 200)
    monkeypatch.setattr(pairs, "cut", lambda *given: taken.append(cut(*given)) or taken[-1])
    small = large[:, :40, :40]
    PairedPatches(5, seed=0).nearest(small, large, np.zeros(2, np.float32))
    assert 500 < taken[0].shape[1] <= 1024


def test_descending_gives_pictures_the_contrast_of_their_own_paintings():
    """Of two pictures that are the same, one becomes rough and the other smooth."""
    compare, rng = PairedPatches(5, seed=0), np.random.default_rng(0)
    paintings = np.concatenate([noise(24, 24), noise(24, 24, 1, -0.05, 0.05)])
    pictures = np.concatenate([noise(24, 24, 2, -0.2, 0.2)] * 2)
    for _ in range(20):
        variable = backend.tf.Variable(pictures)
        with backend.tape() as tape:
            loss = compare.spread(variable, paintings, rng.integers(0, DIRECTIONS, 32))
        # The parabola's lowest point, were all directions looked along.
        (gradient,) = tape.gradient(loss, [variable])
        pictures = pictures - np.array(gradient) * pictures.size / 2
    for mine, theirs in zip(pictures, paintings, strict=True):
        assert mine.std() == pytest.approx(theirs.std(), rel=0.1)


def test_reduced_is_a_mean():
    """And stays what it is at full size."""
    picture = noise(8, 12)
    np.testing.assert_array_equal(reduced(picture, 1), picture)
    blocks = picture.reshape(1, 4, 2, 6, 2, 3).mean((2, 4))
    np.testing.assert_allclose(ops.convert_to_numpy(reduced(picture, 2)), blocks, atol=1e-6)
