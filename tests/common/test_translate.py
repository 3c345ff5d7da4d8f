"""Pictures of any size, through networks that were made for one."""

import keras
import numpy as np
import pytest

from common.translation.translate import Translator, at_inference, rng_for_picture


def same(batch):
    """A network that changes nothing."""
    return batch["input"]


def doubled(batch):
    """A network whose answer at a pixel depends on all of what it is given."""
    return brightened(batch["input"])


def brightened(batch):
    return np.clip(0.5 * batch + 0.3 * batch.mean((1, 2), keepdims=True), -1, 1)


def smooth(height, width):
    rows, columns = np.mgrid[:height, :width] / 40
    return np.stack([np.sin(rows), np.cos(columns), np.sin(rows + columns)], -1).astype("float32")


def test_small_pictures_pass_at_once():
    picture = smooth(20, 30)
    sizes = []

    def network(batch):
        sizes.append(batch["input"].shape)
        return batch["input"]

    made = Translator(network, 8, tile=(32, 32))(picture, rng_for_picture(0, 0))
    assert sizes == [(1, 24, 32, 3)]
    np.testing.assert_array_equal(made, picture)


def test_tiles_of_what_changes_nothing_are_the_picture():
    picture = smooth(75, 131)
    made = Translator(same, 8, tile=(32, 48))(picture, rng_for_picture(0, 0))
    np.testing.assert_allclose(made, picture, atol=1e-6)


def test_tiles_are_of_the_training_s_size_and_reach_everywhere():
    sizes = set()

    def network(batch):
        sizes.add(batch["input"].shape[1:3])
        return np.ones_like(batch["input"])

    made = Translator(network, 8, tile=(32, 32))(smooth(33, 200), rng_for_picture(0, 0))
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
    made = Translator(doubled, 8, tile=(64, 64))(picture, rng_for_picture(0, 0))
    across, inside = seams(made, 64, overlapping=True)
    assert across <= inside
    parts = [brightened(picture[None, :, at : at + 64])[0] for at in range(0, 256, 64)]
    across, inside = seams(np.concatenate(parts, axis=1), 64, overlapping=False)
    assert across > 2 * inside


@pytest.mark.parametrize("count", [1, 3, 11])
def test_the_same_picture_whatever_comes_before(count):
    """Each has noise of its own, by its place."""

    def noise(rng, many, size):
        return {"noise": rng.random((many, *size, 3), np.float32)}

    def network(batch):
        return np.clip(batch["input"] + 0.1 * batch["noise"], -1, 1)

    translate = Translator(network, 4, noise)
    pictures = np.zeros((count, 16, 16, 3), np.float32)
    made = translate.all(pictures, seed=3)
    np.testing.assert_array_equal(made[0], translate.all(pictures[:1], seed=3)[0])
    assert count == 1 or (made[0] != made[1]).any()
    assert (made[0] != translate.all(pictures[:1], seed=4)[0]).any()


def test_many_pictures_pass_at_once_unless_they_are_larger_than_a_tile():
    """One by one, a thousand pictures took longer to translate than a network to train."""
    sizes = []

    def network(batch):
        sizes.append(batch["input"].shape[:2])
        return batch["input"]

    pictures = np.stack([np.roll(smooth(20, 32), shift, axis=1) for shift in range(19)])
    made = Translator(network, 8, tile=(32, 32)).all(pictures)
    assert sizes == [(8, 24), (8, 24), (3, 24)]
    np.testing.assert_array_equal(made, pictures)
    sizes.clear()
    made = Translator(network, 4, tile=(20, 20)).all(pictures[:2])
    np.testing.assert_allclose(made, pictures[:2], atol=1e-6)
    assert sizes == [(3, 20)] * 2


def test_a_model_is_given_its_inputs_by_name():
    """In whatever order it has them, and nothing that it does not ask for."""
    style = keras.Input((None, None, 3), name="style")
    picture = keras.Input((None, None, 3), name="input")
    model = keras.Model([style, picture], picture - 0.25 * style)

    def extra(rng, count, size):
        return {"other": np.zeros(1), "style": np.ones((count, *size, 3), np.float32)}

    made = Translator(at_inference(model), 4, extra)(smooth(12, 16), rng_for_picture(0, 0))
    np.testing.assert_allclose(made, smooth(12, 16) - 0.25, atol=1e-6)
