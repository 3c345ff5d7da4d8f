"""The patch discriminator: what it sees, how it pads, and where it is not normalised."""

from functools import partial

import keras
import numpy as np
import pytest

from common.layers import instance_norm
from common.machine import backend
from common.patchgan import patchgan
from tests.recipes.translators import field_of_view, parameters

# By number of strided layers: pixels a side that one logit sees.
RECEPTIVE_FIELDS = {0: 1, 1: 16, 2: 34, 3: 70}

affine = partial(instance_norm, affine=True)


@pytest.fixture(autouse=True)
def in_float32():
    backend.set_up("float32", 0)


def test_parameters_are_those_of_the_reference():
    assert parameters(patchgan({"sample": 3, "input": 3}, 64, 3, affine, bias=False)) == 2_768_705
    assert parameters(patchgan({"sample": 3}, 64, 3, instance_norm, bias=True)) == 2_764_737


def test_256_pixels_give_30_logits_a_side():
    model = patchgan({"sample": 3}, 2, 3, instance_norm, bias=True)
    assert model(np.zeros((1, 256, 256, 3))).shape == (1, 30, 30, 1)


@pytest.mark.parametrize("strided", [0, 1, 2, 3])
def test_one_logit_sees_as_much_as_the_paper_says(strided):
    """Without normalisation, which looks at the whole picture."""
    model = patchgan({"sample": 3}, 4, strided, None, bias=True)
    pictures = keras.random.normal((1, 128, 128, 3), seed=0)
    side = model(pictures).shape[1]
    seen = field_of_view(model, pictures, (side // 2, side // 2))
    assert seen == (RECEPTIVE_FIELDS[strided],) * 2


def test_first_and_last_layers_have_no_norm():
    model = patchgan({"sample": 3, "input": 3}, 4, 3, affine, bias=False)
    kinds = [type(layer).__name__ for layer in model.layers]
    kinds = [k for k in kinds if k in ("Conv2D", "GroupNormalization")]
    normed = ["Conv2D", "GroupNormalization"]
    assert kinds == ["Conv2D", *normed, *normed, *normed, "Conv2D"]
    epsilons = {layer.epsilon for layer in model.layers if hasattr(layer, "epsilon")}
    assert epsilons == {1e-5}
    biased = [layer.use_bias for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert biased == [True, False, False, False, True]


def test_instance_norm_looks_at_one_picture_alone_and_stands_flat_ones():
    picture = keras.Input((None, None, 3))
    for precision in ("float32", "mixed_bfloat16"):
        backend.set_up(precision, 0)
        model = keras.Model(picture, instance_norm(picture))
        one = np.random.default_rng(0).normal(3, 2, (1, 16, 16, 3)).astype("float32")
        flat = np.full_like(one, 0.7)
        alone = np.asarray(model(one), "float32")
        together = np.asarray(model(np.concatenate([one, flat])), "float32")
        np.testing.assert_array_equal(together[:1], alone)
        assert np.isfinite(together).all() and np.abs(together[1]).max() < 0.5
        np.testing.assert_allclose(alone.mean((1, 2)), 0, atol=0.02)
        np.testing.assert_allclose(alone.std((1, 2)), 1, atol=0.02)
        outcome, gradient = backend.with_input_gradient(model, keras.ops.convert_to_tensor(flat))
        assert np.isfinite(np.asarray(gradient)).all()
