"""Pictures of any size, through networks that were made for one."""

import numpy as np
import pytest

from common.translation.translate import Translator, dice_of


def doubled(batch, training=None):
    """A network whose answer at a pixel depends on all of what it is given."""
    return np.clip(0.5 * batch + 0.3 * batch.mean((1, 2), keepdims=True), -1, 1)


def smooth(height, width):
    rows, columns = np.mgrid[:height, :width] / 40
    return np.stack([np.sin(rows), np.cos(columns), np.sin(rows + columns)], -1).astype("float32")


def test_small_pictures_pass_at_once():
    picture = smooth(20, 30)
    sizes = []

    def network(batch, training):
        sizes.append(batch.shape)
        return batch

    made = Translator(network, 8, tile=(32, 32))(picture, dice_of(0, 0))
    assert sizes == [(1, 24, 32, 3)]
    np.testing.assert_array_equal(made, picture)


def test_tiles_of_what_changes_nothing_are_the_picture():
    picture = smooth(75, 131)
    made = Translator(lambda batch, training: batch, 8, tile=(32, 48))(picture, dice_of(0, 0))
    np.testing.assert_allclose(made, picture, atol=1e-6)


def test_tiles_are_of_the_training_s_size_and_reach_everywhere():
    sizes = set()

    def network(batch, training):
        sizes.add(batch.shape[1:3])
        return np.ones_like(batch)

    made = Translator(network, 8, tile=(32, 32))(smooth(33, 200), dice_of(0, 0))
    assert sizes == {(32, 32)}
    np.testing.assert_allclose(made, 1, atol=1e-6)


def seams(made, tile, overlapping):
    """The largest step across the places where tiles begin or end, and elsewhere."""
    steps = np.abs(np.diff(made, axis=1)).max((0, 2))
    start = tile // 2 if overlapping else tile
    places = np.arange(start, made.shape[1], start) - 1
    elsewhere = np.delete(steps, [p for p in places if p < len(steps)])
    return steps[places[places < len(steps)]].max(), elsewhere.max()


def test_no_gradient_across_a_seam_is_larger_than_inside():
    """A network whose colours depend on the tile would show each; the control does."""
    picture = smooth(64, 256)
    made = Translator(doubled, 8, tile=(64, 64))(picture, dice_of(0, 0))
    across, inside = seams(made, 64, overlapping=True)
    assert across <= inside
    parts = [doubled(picture[None, :, at : at + 64])[0] for at in range(0, 256, 64)]
    across, inside = seams(np.concatenate(parts, axis=1), 64, overlapping=False)
    assert across > 2 * inside


@pytest.mark.parametrize("count", [1, 3])
def test_the_same_picture_whatever_comes_before(count):
    """Each has noise of its own, by its place."""

    def noise(dice, many, size):
        return [dice.random((many, *size, 3), np.float32)]

    def network(inputs, training):
        picture, drawn = inputs
        return np.clip(picture + 0.1 * drawn, -1, 1)

    translate = Translator(network, 4, noise)
    pictures = np.zeros((count, 16, 16, 3), np.float32)
    made = translate.all(pictures, seed=3)
    np.testing.assert_array_equal(made[0], translate.all(pictures[:1], seed=3)[0])
    assert count == 1 or (made[0] != made[1]).any()
    assert (made[0] != translate.all(pictures[:1], seed=4)[0]).any()
