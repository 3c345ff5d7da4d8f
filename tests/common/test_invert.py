"""Codes are found again from what a generator made of them; nothing else comes as near."""

import keras
import numpy as np
import pytest
from keras import layers

from common.invert import compared_in, distances, invert

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def generator():
    """Two codes of two numbers each -> pictures of 16 pixels a side, smooth ones."""
    keras.utils.set_random_seed(0)
    one, other = keras.Input((2,), name="one"), keras.Input((2,), name="other")
    x = layers.Dense(4 * 4 * 3, "tanh")(layers.Concatenate()([one, other]))
    x = layers.UpSampling2D(4, interpolation="bilinear")(layers.Reshape((4, 4, 3))(x))
    model = keras.Model([one, other], x)
    return lambda codes: model([codes["one"], codes["other"]], training=False)


def codes(count, scale=1.0):
    return {n: RNG.uniform(-scale, scale, (count, 2)).astype(np.float32) for n in ("one", "other")}


def test_codes_are_found_again(generator):
    """Of two pictures at once; much nearer than the nearest draw, and within the bounds."""
    true, draws = codes(2, 0.9), codes(70)
    found = invert(generator, np.asarray(generator(true)), draws, steps=60, bounds=(-1, 1))
    for name, values in true.items():
        np.testing.assert_allclose(found.codes[name], values, atol=0.02)
    np.testing.assert_allclose(found.pictures, generator(true), atol=0.02)
    assert (found.distances < 0.1 * found.drawn).all() and (found.drawn < 0.3).all()
    # What is told is what the pictures have.
    net, wanted = compared_in(16), np.asarray(generator(true))
    np.testing.assert_allclose(found.distances, distances(net, found.pictures, wanted), rtol=1e-3)


def test_codes_stay_within_their_bounds(generator):
    """A picture of codes from outside is met at the edge, and not quite."""
    beyond = {"one": np.array([[2.0, 0.1]], np.float32), "other": np.zeros((1, 2), np.float32)}
    wanted = np.asarray(generator(beyond))
    near = invert(generator, wanted, codes(9), starts=2, steps=60, bounds=(-1, 1))
    free = invert(generator, wanted, codes(9), starts=2, steps=60)
    assert max(np.abs(v).max() for v in near.codes.values()) == 1
    assert free.codes["one"][0, 0] > 1.5 and free.distances[0] < near.distances[0]


def test_distances_are_of_pixels_and_of_each_scale():
    """0 of a picture from itself; one row stands for all; small pictures have fewer scales."""
    net = compared_in(24)
    assert net.layers == ("scale1", "scale2", "scale3") and compared_in(64).layers[-1] == "scale4"
    pictures = RNG.uniform(-1, 1, (3, 24, 24, 1)).astype(np.float32)
    assert np.asarray(distances(net, pictures, pictures)).max() < 1e-6
    to_first = np.asarray(distances(net, pictures, pictures[:1]))
    assert to_first[0] < 1e-6 and (to_first[1:] > 0.1).all()
    maps = net(pictures)
    parts = [np.abs(pictures[1] - pictures[0]).mean()]
    parts += [np.abs(np.asarray(m)[1] - np.asarray(m)[0]).mean() for m in maps.values()]
    assert to_first[1] == pytest.approx(np.mean(parts), rel=1e-5)
