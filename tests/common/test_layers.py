"""Building blocks against their definitions."""

import keras
import numpy as np
import pytest

from common.layers import upsample


def doubled(how, channels=3, width=2, bias=True):
    """A model of one upsampling, of maps of any size."""
    keras.utils.set_random_seed(0)
    maps = keras.Input((None, None, channels))
    return keras.Model(maps, upsample(maps, width, 3, how, bias=bias))


def maps(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def shuffled(given, kernel, bias):
    """Sub-pixel convolution by its definition: four 3×3 convolutions, whose pixels are shuffled."""
    count, height, width, _ = given.shape
    out = np.zeros((count, 2 * height, 2 * width, kernel.shape[2]), np.float32)
    for down in range(2):
        for right in range(2):
            # A transposed convolution turns its kernel around.
            own = kernel[down::2, right::2][::-1, ::-1].transpose(0, 1, 3, 2)
            out[:, down::2, right::2] = keras.ops.conv(given, own, 1, "same")
    return out + bias


def test_subpixel_is_four_convolutions():
    model, given = doubled("subpixel"), maps(2, 5, 7, 3)
    kernel, bias = maps(6, 6, 2, 3), maps(2)
    model.set_weights([kernel, bias])
    np.testing.assert_allclose(model(given), shuffled(given, kernel, bias), atol=1e-4)


@pytest.mark.parametrize("how", ["resize", "subpixel"])
def test_a_flat_map_stays_flat_at_first(how):
    """Within the border: all four pixels of each get equal weights, so that no grid begins."""
    out = np.array(doubled(how)(np.ones((1, 6, 6, 3), np.float32)))[0, 2:-2, 2:-2]
    assert out.std() > 0 and np.ptp(out, axis=(0, 1)).max() < 1e-6


def test_a_transposed_convolution_begins_with_a_grid():
    out = np.array(doubled("transposed")(np.ones((1, 6, 6, 3), np.float32)))[0, 2:-2, 2:-2]
    assert np.ptp(out, axis=(0, 1)).min() > 1e-3


@pytest.mark.parametrize("how", ["transposed", "resize", "subpixel"])
def test_upsampling_is_seeded(how):
    one, again = doubled(how), doubled(how)
    for mine, same in zip(one.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, same)
