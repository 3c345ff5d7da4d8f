"""StyleGAN's networks: what styles and noise change in them, and their parameters by formula."""

import dataclasses
import math

import numpy as np
import pytest

from common.batches import rng_for
from recipes.stylegan import inputs
from recipes.stylegan.config import PARAMETERS, pixel_rule
from recipes.stylegan.discriminator import StyleDiscriminator
from recipes.stylegan.gan import StyleGAN
from recipes.stylegan.generator import StyleGenerator, mixed
from recipes.stylegan.layers import EqualisedConv2D, EqualisedDense
from tests.contract.cases import tiny
from tests.recipes.stylegan import random, settled

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def first():
    return StyleGAN(settled())


@pytest.fixture(scope="module")
def second():
    return StyleGAN(settled(generation=2))


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


def test_two_draws_of_noise_give_equal_pictures_at_first(first, second):
    for trainer in (first, second):
        batch = trainer.fixed(2)
        pictures = trainer.sample(batch)
        other = batch | {"noise": batch["noise"] + 1}
        assert pictures.std() > 0.1
        np.testing.assert_array_equal(trainer.sample(other), pictures)
        assert np.abs(pictures[0] - pictures[1]).max() > 1e-3


def changes_by_layer(trainer):
    """How much a picture changes with the style of each layer."""
    config, synthesis = trainer.config, trainer.generator.model.get_layer("synthesis")
    styles = random(1, config.style_layers, config.latent_size)
    noise = np.zeros((1, config.noise_size), np.float32)
    before = np.asarray(synthesis([styles, noise]))
    for layer in range(config.style_layers):
        other = styles.copy()
        other[:, layer] += 1
        yield np.abs(np.asarray(synthesis([other, noise])) - before).max()


def test_styles_enter_each_layer(first, second):
    """A style of one layer changes the picture; the last layer's is not all that counts."""
    for trainer in (first, second):
        assert min(changes_by_layer(trainer)) > 1e-3


def test_only_the_first_layer_s_style_counts_where_that_is_asked_for():
    constant, *others = changes_by_layer(StyleGAN(settled(styles="first")))
    assert constant > 1e-3 and not any(others)


def test_where_styles_are_mixed_the_second_latent_s_are_taken(first, second):
    for trainer in (first, second):
        batch = trainer.draw(rng_for(0, "evaluation"), 2)
        one, two, mixed_in = (
            trainer.sample(batch | change)
            for change in ({}, {"latent": batch["latent_2"]}, {"mix": 1 + batch["mix"]})
        )
        np.testing.assert_allclose(mixed_in, two, atol=1e-4)
        assert np.abs(mixed_in - one).max() > 1e-2


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
    assert pixel_rule(settled("small")) == pytest.approx(0.0128)
    assert pixel_rule(settled("small", image_size=64, batch_size=32)) == pytest.approx(0.0256)
    assert tiny("stylegan").r1 == pytest.approx(0.0002 * 256 / 4)
    assert tiny("stylegan", gradient_penalty=10.0).r1 == 0
    second = tiny("stylegan", generation=2, r1_every=None)
    assert (second.r1_every, second.path_length, second.path_length_every) == (16, 2.0, 4)
