"""Distortions of pictures: around the middle, as far as they are told to go, half of the time."""

import numpy as np
import pytest
from keras import ops

from common.distortion import distorted, drawn_transforms

pytestmark = pytest.mark.usefixtures("eagerly")


def drawn(strength=1.0, count=4000, side=33):
    return drawn_transforms(np.random.default_rng(0), count, strength, side)


def test_no_distortion_changes_nothing():
    pictures = np.random.default_rng(1).uniform(-1, 1, (3, 9, 9, 2)).astype(np.float32)
    same = distorted(pictures, drawn(0.0, 3, 9))
    np.testing.assert_allclose(ops.convert_to_numpy(same), pictures, atol=1e-5)


def test_each_part_is_done_half_of_the_time():
    maps = drawn()
    untouched = np.all(np.abs(maps - [1, 0, 0, 0, 1, 0, 0, 0]) < 1e-6, axis=1).mean()
    # All seven are left out together.
    assert untouched == pytest.approx(0.5**7, abs=0.006)
    in_shape = np.abs(maps[:, [0, 1, 3, 4]] - [1, 0, 0, 1]).max(1) < 1e-6
    assert in_shape.mean() == pytest.approx(0.5**5, abs=0.01)


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0])
def test_the_middle_moves_by_the_shift_alone(strength):
    side = 33
    maps = drawn(strength, side=side).reshape(-1, 8)
    middle = np.array([16.0, 16.0, 1.0])
    found = maps[:, :6].reshape(-1, 2, 3) @ middle - 16
    furthest = 0.02 * side * strength
    assert np.abs(found).max() == pytest.approx(furthest, rel=0.02)
    assert (np.abs(found) <= furthest + 1e-4).all()


class Only:
    """Draws one part alone, and that at its most."""

    def __init__(self, part):
        self.part = part

    def uniform(self, low, high, shape):
        return np.full(shape, high)

    def random(self, shape):
        return np.where(np.arange(shape[1]) == self.part, 0.0, 1.0) + np.zeros(shape)


SINE, COSINE = np.sin(np.deg2rad(10)), np.cos(np.deg2rad(10))
TURNED = 16 - 16 * COSINE


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        (0, [COSINE, -SINE, TURNED + 16 * SINE, SINE, COSINE, TURNED - 16 * SINE]),
        (1, [1, 0.3, -4.8, 0, 1, 0]),
        (2, [1, 0, 0, 0.3, 1, -4.8]),
        (3, [1 / 1.2, 0, 16 - 16 / 1.2, 0, 1, 0]),
        (4, [1, 0, 0, 0, 1 / 1.2, 16 - 16 / 1.2]),
        (5, [1, 0, 0.66, 0, 1, 0]),
        (6, [1, 0, 0, 0, 1, 0.66]),
    ],
    ids=["turned", "sheared across", "sheared down", "wider", "higher", "across", "down"],
)
def test_each_part_alone_is_the_map_that_is_told(part, wanted):
    (found,) = drawn_transforms(Only(part), 1, 1.0, 33)
    np.testing.assert_allclose(found, [*wanted, 0, 0], atol=1e-5)


def test_a_larger_scale_makes_what_is_seen_larger():
    picture = np.zeros((1, 33, 33, 1), np.float32)
    picture[:, :, 11:22] = 1
    made = ops.convert_to_numpy(distorted(picture, drawn_transforms(Only(3), 1, 1.0, 33)))
    assert made[0, 16].sum() == pytest.approx(11 * 1.2, abs=0.6)


def test_every_picture_has_a_distortion_of_its_own_and_keeps_its_edge():
    pictures = np.full((50, 16, 16, 1), -1, np.float32)
    pictures[:, 4:12, 7:9] = 1
    made = ops.convert_to_numpy(distorted(pictures, drawn(1.0, 50, 16)))
    assert len({picture.tobytes() for picture in made}) > 45
    assert made.min() >= -1 and made.max() <= 1 + 1e-5
    # What lies outside is as its edge is, not grey.
    np.testing.assert_allclose(made[:, 0], -1, atol=1e-5)
