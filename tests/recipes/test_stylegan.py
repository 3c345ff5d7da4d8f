"""StyleGAN: its layers against closed forms, its step, its growth."""

import dataclasses
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from common import stabilise
from common.batches import rng_for
from common.machine.lazy import update_when
from recipes.stylegan import inputs
from recipes.stylegan.config import PARAMETERS, PRESETS, Config, pixel_rule
from recipes.stylegan.discriminator import StyleDiscriminator
from recipes.stylegan.gan import StyleGAN
from recipes.stylegan.generator import StyleGenerator, mixed
from recipes.stylegan.growth import GrowingStyleGAN, as_learned, cut_at, levels
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
from recipes.stylegan.lazy import lazy_adam
from recipes.stylegan.second import path_lengths
from tests.contract.cases import tiny

pytestmark = pytest.mark.usefixtures("eagerly")


def settled(preset="tiny", **changes) -> Config:
    config = dataclasses.replace(PRESETS[preset], precision="float32", channels=3, **changes)
    two = config.generation == 2
    open_ones = {"r1": 0.1, "r1_every": 16 if two else 1, "path_length": 2.0 if two else 0.0}
    found = {n: v for n, v in open_ones.items() if getattr(config, n) is None}
    return dataclasses.replace(config, **found)


def batch_for(trainer, seed=0):
    rng, config = np.random.default_rng(seed), trainer.config
    real = rng.uniform(-1, 1, (config.batch_size, *config.sample_shape)).astype(np.float32)
    drawn = trainer._draw(rng, config.batch_size)
    return {name: tf.constant(value) for name, value in ({"real": real} | drawn).items()}


@pytest.fixture(scope="module")
def first():
    return StyleGAN(settled())


@pytest.fixture(scope="module")
def second():
    lazily = {"r1_every": 3, "path_length_every": 2, "steps": 1}
    return StyleGAN(settled(generation=2, **lazily))


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


# Layers


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


@pytest.mark.parametrize("gain", [math.sqrt(2), 1.0])
def test_equalised_rates(gain):
    """Stored N(0, 1), used × gain/√fan_in, dense and convolutional."""
    dense, conv = EqualisedDense(400, gain), EqualisedConv2D(300, 3, gain)
    dense.build((None, 300))
    conv.build((None, 8, 8, 40))
    for layer, fan_in in ((dense, 300), (conv, 360)):
        assert np.std(layer.kernel) == pytest.approx(1, rel=0.02)
        factor = layer.scale if layer is dense else layer.factor
        assert factor == pytest.approx(gain / math.sqrt(fan_in))
    x = np.zeros((1, 5, 5, 40), np.float32)
    x[0, 2, 2, 7] = 1
    # An impulse shows the kernel, turned round.
    shown = np.asarray(conv(x))[0, 1:4, 1:4][::-1, ::-1]
    np.testing.assert_allclose(shown, np.asarray(conv.kernel)[:, :, 7] * factor, rtol=1e-4)


def test_gains_are_one_in_styles_colours_and_verdict(first):
    """And √2 everywhere else."""
    synthesis = first.generator.model.get_layer("synthesis")
    gains = [layer.gain for layer in synthesis.layers if isinstance(layer, EqualisedDense)]
    assert gains == [1] * first.config.style_layers
    convolutions = [c for c in synthesis.layers if isinstance(c, EqualisedConv2D)]
    assert [c.gain for c in convolutions if c.kernel_size == 1] == [1]
    assert {c.gain for c in convolutions if c.kernel_size == 3} == {math.sqrt(2)}
    verdict = first.discriminator.model.get_layer("verdict")
    dense = [layer.gain for layer in verdict.layers if isinstance(layer, EqualisedDense)]
    assert dense == [math.sqrt(2), 1]


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
    config = settled("small")
    np.testing.assert_allclose(inputs.truncation_of(config, 0.7), [0.7] * 8 + [1.0] * 2)


# The networks


def test_two_draws_of_noise_give_equal_pictures_at_first(first, second):
    for trainer in (first, second):
        batch = trainer.fixed(2)
        pictures = trainer.sample(batch)
        other = batch | {"noise": batch["noise"] + 1}
        assert pictures.std() > 0.1
        np.testing.assert_array_equal(trainer.sample(other), pictures)
        assert np.abs(pictures[0] - pictures[1]).max() > 1e-3


def test_the_first_generation_s_styles_enter_each_layer(first):
    """A style of one layer changes the picture; the last layer's is not all that counts."""
    with first.average.ema_models() as (generator,):
        synthesis = generator.get_layer("synthesis")
        styles = random(1, first.config.style_layers, first.config.latent_size)
        noise = np.zeros((1, first.config.noise_size), np.float32)
        before = np.asarray(synthesis([styles, noise]))
        for layer in range(first.config.style_layers):
            other = styles.copy()
            other[:, layer] += 1
            assert np.abs(np.asarray(synthesis([other, noise])) - before).max() > 1e-3, layer


def test_one_cut_a_batch(first):
    """One draw for all of it, at p .9; styles below are the first latent's, above the second's."""
    config, seen = first.config, []
    for seed in range(200):
        drawn = inputs.learned_from(config, rng_for(0, "noise", seed), 4)
        assert (drawn["mix"] == drawn["mix"][0]).all() and (drawn["truncation"] == 1).all()
        row = drawn["mix"][0]
        assert (np.diff(row) >= 0).all() and row[0] == 0
        seen.append(int(row.sum()))
    assert set(seen) == set(range(config.style_layers))
    assert 0.84 < np.mean(np.array(seen) > 0) < 0.96
    # What is measured is neither mixed nor truncated.
    plain = first.draw(rng_for(0, "evaluation"), 4)
    assert not plain["mix"].any() and (plain["truncation"] == 1).all()
    w, w_2 = random(2, 3), random(2, 3, seed=1)
    styles = np.asarray(mixed(w, w_2, np.float32([[0, 0, 1]] * 2)))
    np.testing.assert_allclose(styles[:, :2], np.stack([w, w], 1), rtol=1e-6)
    np.testing.assert_allclose(styles[:, 2], w_2, rtol=1e-5)


@pytest.mark.parametrize("size", [16, 32, 64, 128, 256, 512])
def test_parameters_by_formula(size):
    """Added up from the layers, at narrow widths; every other size with growth.

    (1024 pixels are built by tests/contract/test_paper.py.)
    """
    growth = size in (32, 128, 512)
    config = settled(image_size=size, width=2 * size, widest=4, growth=growth)
    built = StyleGenerator(config).model, StyleDiscriminator(config).model
    counted = [sum(math.prod(v.shape) for v in m.trainable_variables) for m in built]
    assert counted == [generator_parameters(config), discriminator_parameters(config)]


def generator_parameters(config):
    width, style = config.width_at, config.latent_size
    total = config.mapping_layers * (style**2 + style) + 16 * width(4)
    maps = [width(size) for size in config.map_sizes]
    total += sum(9 * a * b for a, b in zip(maps, maps[1:], strict=False))
    total += sum(2 * c + 2 * c * (style + 1) for c in maps)
    shown = config.resolutions if config.growth else config.resolutions[-1:]
    return total + sum(3 * width(size) + 3 for size in shown)


def discriminator_parameters(config):
    width = config.width_at
    total = sum(
        9 * width(s) ** 2 + width(s) + 9 * width(s) * width(s // 2) + width(s // 2)
        for s in config.resolutions[1:]
    )
    last = width(4)
    total += 9 * (last + 1) * last + last + 16 * last * config.widest + config.widest
    seen = config.resolutions if config.growth else config.resolutions[-1:]
    return total + config.widest + 1 + sum(4 * width(size) for size in seen)


def test_the_formulas_give_the_published_counts():
    """26,219,627 and 23,087,249 at 1024 pixels; without growing, at 64 and 32, the others."""
    config = settled("paper")
    found = generator_parameters(config), discriminator_parameters(config)
    assert found == (PARAMETERS["generator"], PARAMETERS["discriminator"])
    for size, counts in ((64, (25_131_779, 22_489_857)), (32, (22_836_739, 20_720_641))):
        config = settled("paper", image_size=size, growth=False)
        assert (generator_parameters(config), discriminator_parameters(config)) == counts


def test_the_second_generation_s_parameters(second):
    """By formula, which gives configuration F's 30,370,060 and 29,012,513 at 1024 pixels."""
    counted = [sum(math.prod(v.shape) for v in m.trainable_variables) for m in second.keras_models]
    assert counted == list(second_parameters(second.config))
    assert second_parameters(settled("paper-second")) == (30_370_060, 29_012_513)


def second_parameters(config):
    width, style = config.width_at, config.latent_size
    total = config.mapping_layers * (style**2 + style) + 16 * width(4)
    maps = [width(4), *(width(size) for size in config.map_sizes)]
    for a, b in zip(maps, maps[1:], strict=False):
        total += 9 * a * b + (style + 1) * a + b + 1
    total += sum(3 * width(s) + 3 + (style + 1) * width(s) for s in config.resolutions)
    plain = discriminator_parameters(dataclasses.replace(config, growth=False))
    short = sum(width(s) * width(s // 2) for s in config.resolutions[1:])
    return total, plain + short


def test_gamma_by_the_pixel_rule():
    assert pixel_rule(settled("small")) == pytest.approx(0.0256)
    assert pixel_rule(settled("small", image_size=32)) == pytest.approx(0.0064)
    assert tiny("stylegan").r1 == pytest.approx(0.0002 * 256 / 4)
    assert tiny("stylegan", gradient_penalty=10.0).r1 == 0
    second = tiny("stylegan", generation=2, r1_every=None)
    assert (second.r1_every, second.path_length, second.path_length_every) == (16, 2.0, 4)


# The penalties


def test_path_lengths_against_a_closed_form():
    """Of a linear picture A·s: ‖Aᵀy‖, the mean of squares over layers under the root."""
    a, styles, y = random(3, 4, 12), random(2, 3, 4, seed=1), random(2, 2, 2, 3, seed=2)

    def render(s):
        return ops.reshape(ops.einsum("nlk,lkp->np", s, a), (-1, 2, 2, 3))

    found = path_lengths(ops.convert_to_tensor(styles), render, y)
    each = np.einsum("lkp,np->nlk", a, y.reshape(2, 12))
    np.testing.assert_allclose(found, np.sqrt((each**2).sum(2).mean(1)), rtol=1e-4)


def test_the_path_length_penalty_and_its_average(second):
    """weight · mean (‖Jᵀy‖ − a)², on half a batch; a moves by a hundredth towards their mean."""
    generator, batch = second.generator, batch_for(second)
    generator.usual.assign(0.0)
    at_0, moved = generator.penalty(batch)
    assert float(moved) > 0
    generator.usual.assign(float(moved) * 100)
    around, _ = generator.penalty(batch)
    mean = float(moved) * 100
    # E(l − 0)² − E(l − m)² = m² where m is the mean.
    assert float(at_0) - float(around) == pytest.approx(2.0 * mean**2, rel=1e-3)
    generator.usual.assign(0.0)


def test_lazy_rates():
    """rate·c and β^c with c = n/(n + 1); and the penalty counts n times as much."""
    config = settled(beta_1=0.5)
    optimizer = lazy_adam(1e-3, config, 16)
    assert float(optimizer.learning_rate) == pytest.approx(1e-3 * 16 / 17)
    assert optimizer.beta_1 == pytest.approx(0.5 ** (16 / 17))
    assert optimizer.beta_2 == pytest.approx(0.99 ** (16 / 17))


def test_lazy_updates_come_every_nth_step_and_move_nothing_in_between(second):
    """R1 here every 3rd step from the first on, the path length every 2nd, an update more each."""
    counts, r1, before = [], [], [int(n.optimizer.iterations) for n in second.networks]
    for step in range(4):
        logs = second.train_step(batch_for(second, step))
        counts.append([int(n.optimizer.iterations) for n in second.networks])
        r1.append(float(logs["discriminator/r1"]))
    done = (np.array(counts) - before).tolist()
    # Of the generator, and of the discriminator.
    assert done == [[2, 2], [3, 3], [5, 4], [6, 6]]
    assert r1[0] == r1[1] == r1[2] != r1[3]


def test_the_second_generation_trains_and_logs_its_penalties(second):
    """As the command does, by `fit`: what is logged are values, not variables."""
    dataset = np.random.default_rng(0).integers(0, 255, (8, 16, 16, 3), np.uint8)
    second.step = 0
    logged = second.trainModel(dataset, verbose=False).history
    assert {"discriminator/r1", "generator/path", "generator/path_penalty"} < set(logged)
    assert all(np.isfinite(values).all() for values in logged.values())


def test_a_lazy_penalty_is_the_penalty(second):
    """As the template's R1 has it, γ/2 · E‖∇D‖² at real pictures."""
    batch, network = batch_for(second), second.discriminator
    score = network.loss.score
    _, wanted = stabilise.penalty(
        lambda x: network.model(x, training=True), batch["real"], second.config.r1, score
    )
    assert float(network.penalty(batch)) == pytest.approx(float(wanted), rel=1e-5)


def test_an_update_that_is_not_due_changes_nothing():
    variable, seen = keras.Variable([1.0, 2.0]), keras.Variable(0.0, trainable=False)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([variable])
    for due in (False, True):
        before = np.array(variable)
        update_when(
            ops.convert_to_tensor(due),
            lambda: (ops.sum(ops.square(variable.value)), ops.convert_to_tensor(7.0)),
            optimizer,
            [variable],
            [seen],
        )
        wanted = before - 0.2 * before if due else before
        np.testing.assert_allclose(variable, wanted, rtol=1e-6)
        assert float(seen) == (7.0 if due else 0.0)


# Growth


@pytest.fixture(scope="module")
def growing():
    return GrowingStyleGAN(settled(growth=True, growth_pictures=8, steps=5))


def test_levels_of_a_growth(growing):
    """8 pixels, then a fade to each size and as many steps more; the last until the end."""
    config = settled(growth=True, growth_pictures=8, image_size=32, steps=9)
    found = [tuple(level) for level in levels(config)]
    assert found == [(8, False, 0), (16, True, 2), (16, False, 4), (32, True, 6), (32, False, 8)]
    assert [phase.until for phase in growing.phases()] == [0, 2, 4, 5]
    assert len(levels(dataclasses.replace(config, steps=0))) == 1


def test_a_fade_equals_its_ends(growing):
    """With share 0 the picture is that of the level below, enlarged; with 1 that of the new one."""
    batch = {name: tf.constant(v) for name, v in growing.fixed(2).items()}
    generator, discriminator = growing.generator, growing.discriminator

    def made(size, fades):
        model = generator.level(size, fades)
        return np.asarray(model([batch[t.name] for t in model.inputs], training=False))

    below = made(8, False).repeat(2, 1).repeat(2, 2)
    share = generator.blends()[16].share
    for value, wanted in ((0.0, below), (1.0, made(16, False)), (0.25, None)):
        share.assign(value)
        if wanted is None:
            wanted = 0.75 * below + 0.25 * made(16, False)
        np.testing.assert_allclose(made(16, True), wanted, atol=1e-5)
    pictures = random(2, 16, 16, 3)
    smaller = np.asarray(ops.average_pool(pictures, 2, 2))
    ends = {0.0: discriminator.level(8, False)(smaller)}
    ends[1.0] = discriminator.level(16, False)(pictures)
    for value, wanted in ends.items():
        discriminator.blends()[16].share.assign(value)
        np.testing.assert_allclose(discriminator.level(16, True)(pictures), wanted, atol=1e-4)
    share.assign(0.0)
    discriminator.blends()[16].share.assign(0.0)


def test_real_pictures_fade_as_well(growing):
    real = random(2, 32, 32, 3)
    fade, stays = levels(growing.config)[1:]
    small = np.asarray(ops.average_pool(real, 2, 2))
    np.testing.assert_allclose(as_learned(real, stays, 1.0), small, rtol=1e-5)
    np.testing.assert_allclose(as_learned(real, fade, 1.0), small, atol=1e-5)
    lower = np.asarray(ops.average_pool(real, 4, 4)).repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(as_learned(real, fade, 0.0), lower, atol=1e-5)


def test_a_cut_is_among_the_layers_that_there_are(growing):
    mix = np.asarray(cut_at(np.float32([0.0, 0.99, 1.0]), 8, growing.config))
    np.testing.assert_array_equal(mix[:, :4], [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    whole = np.asarray(cut_at(np.float32([0.99]), 16, growing.config))
    np.testing.assert_array_equal(whole, [[0, 0, 0, 0, 0, 1]])


def test_growing_moves_the_levels_that_there_are(growing):
    """The whole training: shares rise, what has not grown stays, optimizers begin anew."""
    model, seen = growing.discriminator.model, {}

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            values = [np.array(v) for v in model.get_layer("block_16").trainable_variables]
            seen[self.model.step] = (values, float(logs["share"]), float(logs["size"]))

    dataset = np.random.default_rng(0).integers(0, 255, (16, 16, 16, 3), np.uint8)
    growing.trainModel(dataset, [Look()], verbose=False)
    assert [seen[step][1:] for step in range(1, 6)] == [
        *[(1.0, 8.0)] * 2,
        *((0.5, 16.0), (1.0, 16.0), (1.0, 16.0)),
    ]
    moved = [
        any(map(lambda a, b: not np.array_equal(a, b), seen[step - 1][0], seen[step][0]))
        for step in range(2, 6)
    ]
    assert moved == [False, True, True, True]
    # Begun anew with the first new level, at step 2.
    assert int(growing.generator.optimizer.iterations) == 3 == int(growing.step) - 2
    assert float(growing.generator.blends()[16].share) == 1.0
    assert growing.sample(2).shape == (2, 16, 16, 3)


def test_blend():
    layer = Blend(0.25)
    assert float(layer([np.float32([2.0]), np.float32([6.0])])[0]) == pytest.approx(3.0)
