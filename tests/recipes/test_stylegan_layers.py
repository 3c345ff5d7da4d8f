"""StyleGAN's layers against closed forms."""

import math

import numpy as np
import pytest
from keras import ops

from recipes.stylegan import inputs
from recipes.stylegan.gan import StyleGAN
from recipes.stylegan.layers import (
    AdaIN,
    AddNoise,
    Blend,
    Blur,
    DoubledPicture,
    EqualisedConv2D,
    EqualisedDense,
    LearnedConstant,
    MinibatchDeviation,
    ModulatedConv2D,
    PixelNorm,
    Truncation,
    convolved,
)
from tests.recipes.stylegan import random, settled

pytestmark = pytest.mark.usefixtures("eagerly")


def test_the_mapping_network_uses_weights_of_the_paper_s_deviation():
    """Stored with 100, used with √(2/512): gain √2 and the multiplier .01 on weight and bias."""
    layer = EqualisedDense(512, multiplier=0.01)
    layer.build((None, 512))
    assert np.std(layer.kernel) == pytest.approx(100, rel=0.02)
    used = np.asarray(layer(np.eye(512, dtype=np.float32)))
    assert used.std() == pytest.approx(math.sqrt(2 / 512), rel=0.02)
    layer.bias.assign(np.ones(512))
    moved = np.asarray(layer(np.zeros((1, 512), np.float32)))
    np.testing.assert_allclose(moved, 0.01, rtol=1e-6)


def test_the_second_generation_s_root_of_2_is_on_biases_as_well():
    """√2·leaky(x + b) = leaky(√2·x + √2·b): in the mapping network and in the discriminator."""
    for generation, gain in ((1, 1.0), (2, math.sqrt(2))):
        trainer = StyleGAN(settled(generation=generation))
        models = (trainer.generator.model.get_layer("mapping"), trainer.discriminator.model)
        every = [layer for model in models for layer in model._flatten_layers()]
        biased = [
            layer for layer in every if hasattr(layer, "bias_gain") and hasattr(layer, "bias")
        ]
        assert len(biased) >= 5
        assert {layer.bias_gain for layer in biased if layer.name != "logit"} == {gain}
    layer = EqualisedConv2D(1, 1, bias_gain=3.0)
    layer.build((None, 2, 2, 1))
    layer.bias.assign([1.0])
    np.testing.assert_allclose(layer(np.zeros((1, 2, 2, 1), np.float32)), 3.0)


@pytest.mark.parametrize("gain", [math.sqrt(2), 1.0])
def test_equalised_rates(gain):
    """Stored N(0, 1), used × gain/√fan_in, dense and convolutional."""
    dense, conv = EqualisedDense(400, gain), EqualisedConv2D(300, 3, gain)
    dense.build((None, 300))
    conv.build((None, 8, 8, 40))
    for layer, fan_in in ((dense, 300), (conv, 360)):
        assert np.std(layer.kernel) == pytest.approx(1, rel=0.02)
        factor = layer.scale if layer is dense else layer.gain * layer.factor
        assert factor == pytest.approx(gain / math.sqrt(fan_in))
    x = np.zeros((1, 5, 5, 40), np.float32)
    x[0, 2, 2, 7] = 1
    # An impulse shows the kernel, turned round.
    shown = np.asarray(conv(x))[0, 1:4, 1:4][::-1, ::-1]
    np.testing.assert_allclose(shown, np.asarray(conv.kernel)[:, :, 7] * factor, rtol=1e-4)


def test_doubling_and_halving_in_one_kernel_change_nothing():
    """As nearest neighbours before, and as a mean of 2×2 after, an ordinary convolution."""
    x, kernel = random(2, 6, 6, 3), random(3, 3, 3, 5, seed=1)
    large = x.repeat(2, 1).repeat(2, 2)
    slowly = convolved(large, kernel, "same")
    np.testing.assert_allclose(convolved(x, kernel, "up"), slowly, atol=1e-4)
    slowly = ops.average_pool(convolved(x, kernel, "same"), 2, 2)
    np.testing.assert_allclose(convolved(x, kernel, "down"), slowly, atol=1e-4)


def test_blur_of_an_impulse():
    """[1, 2, 1]² / 16; StyleGAN2's [1, 3, 3, 1] takes a map of odd size to an even one."""
    x = np.zeros((1, 5, 5, 2), np.float32)
    x[0, 2, 2, 1] = 1
    shown = np.asarray(Blur()(x))
    assert shown.shape == x.shape and not shown[..., 0].any()
    np.testing.assert_allclose(shown[0, 1:4, 1:4, 1], np.outer((1, 2, 1), (1, 2, 1)) / 16)
    wide = np.asarray(Blur((1, 3, 3, 1), gain=4)(x))
    assert wide.shape == (1, 4, 4, 2) and wide.sum() == pytest.approx(4)
    even = np.ones((1, 3, 3, 1), np.float32)
    np.testing.assert_allclose(np.asarray(DoubledPicture()(even))[0, 1:-1, 1:-1], 1, rtol=1e-6)


def test_zero_styles_leave_what_is_normalised():
    """x·(s + 1) + b, ε 1e-8: a style of 0 leaves a map of mean 0 and deviation 1 as it is."""
    x = random(2, 8, 8, 3) * 5 + 2
    plain = np.asarray(AdaIN()(x))
    np.testing.assert_allclose(plain.mean((1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(plain.std((1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(AdaIN()(plain, np.zeros((2, 6), np.float32)), plain, atol=1e-5)
    style = np.float32([[1, 0, 0, 5, 0, 0]] * 2)
    styled = np.asarray(AdaIN()(plain, style))
    np.testing.assert_allclose(styled[..., 0], 2 * plain[..., 0] + 5, atol=1e-4)
    np.testing.assert_allclose(styled[..., 1:], plain[..., 1:], atol=1e-5)


def test_pixel_norm_and_constant():
    x = random(3, 10)
    np.testing.assert_allclose((np.asarray(PixelNorm()(x)) ** 2).mean(1), 1, rtol=1e-5)
    constant = LearnedConstant(4, 6)(np.zeros((2, 5, 8), np.float32))
    np.testing.assert_array_equal(constant, np.ones((2, 4, 4, 6)))
    spread = LearnedConstant(4, 600, deviation=1.0)(np.zeros((1, 5, 8), np.float32))
    assert np.std(spread) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("single", [False, True])
def test_noise_begins_at_zero_for_each_channel_or_the_layer(single):
    layer, x, noise = AddNoise(single), random(2, 4, 4, 3), random(2, 4, 4, 1, seed=1)
    np.testing.assert_array_equal(layer([x, noise]), x)
    assert layer.scale.shape == ((1,) if single else (3,))
    layer.scale.assign([2.0] if single else [2.0, 0.0, 1.0])
    moved = np.asarray(layer([x, noise])) - x
    np.testing.assert_allclose(moved[..., 0], 2 * noise[..., 0], rtol=1e-4)
    np.testing.assert_allclose(moved[..., 1], (2 if single else 0) * noise[..., 0], atol=1e-5)


def test_minibatch_deviation_is_one_map_a_group():
    x = np.zeros((8, 4, 4, 3), np.float32)
    x[4:] = np.float32([0, 0, 2, 2])[:, None, None, None]
    added = np.asarray(MinibatchDeviation(4)(x))
    assert added.shape == (8, 4, 4, 4)
    np.testing.assert_allclose(added[:4, ..., 3], 1e-4, rtol=1e-4)
    np.testing.assert_allclose(added[4:, ..., 3], 1, rtol=1e-4)
    # One group where four do not divide the batch.
    np.testing.assert_allclose(np.asarray(MinibatchDeviation(4)(x[:6]))[..., 3].std(), 0, atol=1e-6)


@pytest.mark.parametrize("scale", ["same", "up"])
def test_demodulated_kernels_have_norm_one(scale):
    """And scaling before and after is the same as a kernel for each sample."""
    layer = ModulatedConv2D(5, gain=1.0, scale=scale)
    x, style = random(2, 6, 6, 4), random(2, 4, seed=1)
    made = np.asarray(layer([x, style]))
    kernels = np.asarray(layer.kernel * layer.factor)[None] * (style + 1)[:, None, None, :, None]
    kernels = kernels / np.sqrt((kernels**2).sum((1, 2, 3), keepdims=True) + 1e-8)
    np.testing.assert_allclose((kernels**2).sum((1, 2, 3)), 1, rtol=1e-4)
    for index, kernel in enumerate(kernels):
        one = x[index : index + 1]
        if scale == "up":
            wanted = ops.conv_transpose(one, kernel.swapaxes(2, 3), 2, padding="valid")
        else:
            wanted = ops.conv(one, kernel, 1, padding="same")
        np.testing.assert_allclose(made[index], wanted[0], atol=1e-4)


def test_colours_are_not_demodulated():
    layer = ModulatedConv2D(3, 1, gain=1.0, demodulate=False)
    x, style = random(1, 4, 4, 2), np.float32([[1, 3]])
    made = layer([x, style])
    wanted = np.einsum("nhwi,io->nhwo", x * (style + 1), np.asarray(layer.kernel)[0, 0])
    np.testing.assert_allclose(made, wanted * layer.factor, rtol=1e-4)


def test_the_mean_of_styles_and_what_is_truncated():
    """Decay .995, the mean of the first w of a batch; ψ in the first 8 layers alone."""
    layer, w = Truncation(), random(6, 4)
    styles, psi = w[:, None].repeat(3, 1), np.ones((6, 3), np.float32)
    np.testing.assert_allclose(layer([styles, w, psi]), styles, rtol=1e-6)
    assert not np.any(layer.mean)
    layer([styles, w, psi], training=True)
    np.testing.assert_allclose(layer.mean, 0.005 * w.mean(0), rtol=1e-4)
    layer([styles, w, psi], training=True)
    np.testing.assert_allclose(layer.mean, (1 - 0.995**2) * w.mean(0), rtol=1e-4)
    layer.mean.assign([1, 2, 3, 4])
    psi[:, 1] = 0
    drawn = np.asarray(layer([styles, w, psi]))
    np.testing.assert_allclose(drawn[:, 1], [[1, 2, 3, 4]] * 6, rtol=1e-6)
    np.testing.assert_allclose(drawn[:, 0], styles[:, 0], rtol=1e-5)
    config = settled("small", image_size=64)
    np.testing.assert_allclose(inputs.truncation_of(config, 0.7), [0.7] * 8 + [1.0] * 2)


def test_blend():
    layer = Blend(0.25)
    assert float(layer([np.float32([2.0]), np.float32([6.0])])[0]) == pytest.approx(3.0)
