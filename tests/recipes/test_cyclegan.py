"""CycleGAN held to its paper."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

import data
from common.batches import UnpairedBatches
from common.optimizers import adam
from data.errors import Refused
from data.samples import SampleSet, UnpairedSet
from recipes.cyclegan.config import PRESETS
from recipes.cyclegan.generator import translator
from recipes.cyclegan.pool import Pool
from recipes.cyclegan.train import build
from tests.recipes.translators import (
    batch_of,
    built,
    parameters,
    same,
    tiny,
    unpaired,
    values,
)

SMALL = PRESETS["small"]


@pytest.fixture
def gan():
    return built(build, tiny(SMALL, blocks=1, pool=3))


def tensors(gan, seed=0):
    return {n: ops.convert_to_tensor(v) for n, v in batch_of(gan, seed).items()}


def test_parameters_of_the_paper():
    paper = dataclasses.replace(PRESETS["paper"], channels=3, input_channels=3)
    gan = built(build, paper)
    assert [parameters(model) for model in gan.generator.models] == [11_378_179] * 2
    assert [parameters(model) for model in gan.discriminator.models] == [2_764_737] * 2


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.loaded_size, paper.batch_size) == (256, 286, 1)
    assert (paper.cycle, paper.identity, paper.pool, paper.blocks) == (10, 5, 50, 9)
    assert (paper.generator_rate, paper.beta_1) == (2e-4, 0.5)


def test_the_rates_fall_to_nothing_along_a_line():
    config = dataclasses.replace(SMALL, decay_from=100, decay_steps=100, steps=200)
    rate = adam(2e-4, config)._learning_rate
    for step, share in ((0, 1), (100, 1), (150, 0.5), (200, 0), (300, 0)):
        assert float(rate(step)) == pytest.approx(2e-4 * share, abs=1e-10)
    with pytest.raises(Refused, match="--steps 201.*rates are 0 from 200"):
        dataclasses.replace(config, steps=201).check()


def test_borders_are_reflected_but_for_the_strided_layers():
    model = translator(tiny(SMALL, blocks=2), 3, 3, "generator")
    kinds = [
        (type(layer).__name__, layer.kernel_size[0])
        if hasattr(layer, "kernel_size")
        else type(layer).__name__
        for layer in model.operations
        if type(layer).__name__ in ("Pad", "ZeroPadding2D", "Conv2D", "Conv2DTranspose", "Add")
    ]
    block = ["Pad", ("Conv2D", 3), "Pad", ("Conv2D", 3), "Add"]
    assert kinds == [
        *("Pad", ("Conv2D", 7)),
        *("ZeroPadding2D", ("Conv2D", 3)) * 2,
        *block * 2,
        *(("Conv2DTranspose", 3),) * 2,
        *("Pad", ("Conv2D", 7)),
    ]
    pads = [layer for layer in model.operations if type(layer).__name__ == "Pad"]
    assert {pad.mode for pad in pads} == {"reflect"}


def test_nothing_follows_a_residual_sum():
    model = translator(tiny(SMALL, blocks=2), 3, 3, "generator")
    sums = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    whole = keras.Model(model.input, [layer.output for layer in sums])
    for values_ in whole(np.random.default_rng(0).normal(size=(1, 32, 32, 3))):
        assert np.asarray(values_).min() < 0


def test_a_constant_picture_stays_constant_where_nothing_is_padded_with_zeros():
    """What the border gives away: the reflected layers do not."""
    model = translator(tiny(SMALL, blocks=0), 3, 3, "generator")
    conv = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    first = keras.Model(model.input, conv.output)
    made = np.asarray(first(np.full((1, 32, 32, 3), 0.3, "float32")))
    np.testing.assert_allclose(made, np.broadcast_to(made[:, 16:17, 16:17], made.shape), atol=1e-6)


# --- losses ---


def test_losses_in_closed_form(gan, monkeypatch):
    """2·½(D − 1)² for both, 10·|F(G(a)) − a| and 5·|G(b) − b|, each summed over both ways."""
    shape = (2, 32, 32, 3)
    a, b = 0.1 * ops.ones(shape), -0.2 * ops.ones(shape)
    fake_a, fake_b = 0.5 * ops.ones(shape), 0.7 * ops.ones(shape)
    asked = {}

    def to_b(*pictures):
        asked["to_b"] = [float(p[0, 0, 0, 0]) for p in pictures]
        return tuple(p + 0.25 for p in pictures)

    def to_a(*pictures):
        asked["to_a"] = [float(p[0, 0, 0, 0]) for p in pictures]
        return tuple(p - 0.25 for p in pictures)

    monkeypatch.setattr(gan.generator, "to_b", to_b)
    monkeypatch.setattr(gan.generator, "to_a", to_a)
    terms = gan.generator.lossFunction(
        (a, b),
        (fake_a, fake_b),
        (a + 0.01, b + 0.03),
        lambda x: ops.zeros((2, 3, 3, 1)),
        lambda x: 3 * ops.ones((2, 3, 3, 1)),
    )
    assert asked == {"to_a": [pytest.approx(0.7)], "to_b": [pytest.approx(0.5)]}
    assert float(terms["adversarial"]) == pytest.approx(1 + 4)
    # Back from .7: .45 where .1 was wanted; and there from .5: .75 where -.2 was.
    assert float(terms["cycle"]) == pytest.approx(10 * (0.35 + 0.95), rel=1e-4)
    assert float(terms["identity"]) == pytest.approx(5 * (0.01 + 0.03), rel=1e-4)


def test_identity_is_of_the_wanted_domain(gan, monkeypatch):
    """G(A → B) is asked to leave pictures of B alone, and not those of A."""
    seen = {"to_a": [], "to_b": []}
    for name in seen:
        inner = getattr(gan.generator, name)

        def watching(*pictures, name=name, inner=inner):
            seen[name].append(pictures)
            return inner(*pictures)

        monkeypatch.setattr(gan.generator, name, watching)
    batch = tensors(gan)
    gan.train_step(batch)
    (first, second), _ = seen["to_b"]
    assert first is batch["a"] and second is batch["b"]
    (first, second), _ = seen["to_a"]
    assert first is batch["b"] and second is batch["a"]
    # And the loss compares what was left alone with itself, not with the other domain.
    asked = []
    monkeypatch.setattr(
        gan.generator,
        "trainModel",
        lambda real, fake, same, *_, tape: asked.append((real, fake, same)) or {},
    )
    translators = [lambda x, k=k: np.asarray(gan.generator.models[k](x)) for k in (0, 1)]
    wanted = translators[1](batch["a"]), translators[0](batch["b"])
    gan.train_step(batch)
    (_, _, left_alone) = asked[0]
    for mine, same_ in zip(left_alone, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(mine), same_, atol=1e-5)


def test_each_player_changes_itself_alone(gan, monkeypatch):
    batch = tensors(gan)
    judges = values(v for m in gan.discriminator.models for v in m.variables)
    monkeypatch.setattr(gan.discriminator, "trainModel", lambda *_: {})
    before = [values(m.trainable_variables) for m in gan.generator.models]
    gan.train_step(batch)
    assert same(judges, values(v for m in gan.discriminator.models for v in m.variables))
    # One joint step moves both translators.
    for model, old in zip(gan.generator.models, before, strict=True):
        assert not same(old, values(model.trainable_variables))


# --- the pool ---


def pictures(*numbers):
    return ops.convert_to_tensor(np.array(numbers, np.float32).reshape(-1, 1, 1, 1))


def flat(given):
    return np.asarray(given).ravel().tolist()


def test_the_pool_fills_and_then_swaps_half():
    pool = Pool(2, (1, 1, 1), "pool")
    # Filling: whatever the coin says, new ones are passed on.
    assert flat(pool.exchange(pictures(1, 2), np.array([0.9, 0.9]), np.array([1, 0]))) == [1, 2]
    # Full, and the coin is low: passed on and forgotten.
    assert flat(pool.exchange(pictures(3), np.array([0.4]), np.array([0]))) == [3]
    # Full, and the coin is high: the old one for the new one.
    assert flat(pool.exchange(pictures(4), np.array([0.6]), np.array([0]))) == [1]
    assert flat(pool.exchange(pictures(5), np.array([0.6]), np.array([0]))) == [4]
    # Picture by picture: the second of a batch can meet the first.
    given = pool.exchange(pictures(6, 7), np.array([0.6, 0.6]), np.array([1, 1]))
    assert flat(given) == [2, 6]


def test_half_of_what_a_full_pool_gives_is_old():
    pool, dice = Pool(10, (1, 1, 1), "pool"), np.random.default_rng(0)
    old = 0
    for step in range(410):
        drawn = Pool.dice(dice, 1, 10)
        (given,) = flat(pool.exchange(pictures(step), drawn["coin"], drawn["place"]))
        old += step >= 10 and given != step
        assert step >= 10 or given == step
    assert 160 < old < 240


def test_no_pool():
    assert flat(Pool(0, (1, 1, 1), "pool").exchange(pictures(1, 2), None, None)) == [1, 2]


def test_the_pool_feeds_the_discriminator_only(gan, monkeypatch):
    """Filled with a mark: the judges of D's step see it, those of G's step never."""
    judged, frozen = [], gan.discriminator.frozen

    def watching(x, which=0):
        judged.append(x)
        return frozen(x, which=which)

    monkeypatch.setattr(gan.discriminator, "frozen", watching)
    seen, call = [], type(gan.discriminator).__call__
    monkeypatch.setattr(
        type(gan.discriminator),
        "__call__",
        lambda self, x, which=0: seen.append(x) or call(self, x, which=which),
    )
    for pool in gan.discriminator.pools:
        stored, count = pool.variables
        stored.assign(np.full(stored.shape, 0.125, np.float32))
        count.assign(3)
    batch = tensors(gan)
    for side in "ab":
        batch[f"coin_{side}"] = ops.ones(2)
    gan.train_step(batch)
    assert len(seen) == 2 and len(judged) == 2
    for both in seen:
        assert (np.asarray(both[2:]) == 0.125).any((1, 2, 3)).all()
    for fakes in judged:
        assert not (np.asarray(fakes) == 0.125).all((1, 2, 3)).any()


def test_the_pool_is_in_the_checkpoint(gan):
    state = gan.state()
    pools = [v for pool in gan.discriminator.pools for v in pool.variables]
    assert [id(v) for v in state["discriminator_pools"]] == [id(v) for v in pools]
    gan.train_step(tensors(gan))
    assert all(np.abs(values(pools)[0]).sum((1, 2, 3))[:2] > 0)


# --- data ---


def test_the_two_sets_are_drawn_in_different_orders():
    """Sets that happen to correspond must not be told in pairs."""
    images = np.arange(40, dtype=np.uint8).reshape(-1, 1, 1, 1) * np.ones((1, 8, 8, 1), np.uint8)
    both = UnpairedSet(SampleSet(images), SampleSet(images[:30]))
    batches = UnpairedBatches(both, 5, 0, lambda *_: {"noise": np.zeros(5)})
    drawn = [batches(step) for step in range(8)]
    a, b = (np.concatenate([batch[side][:, 0, 0, 0] for batch in drawn]) for side in "ab")
    assert sorted(a) == list(range(40)), "one epoch of A"
    assert sorted(b[:30]) == list(range(30)), "one epoch of B, and the beginning of the next"
    assert (a == b).mean() < 0.2


def test_domains_of_other_channels():
    config = tiny(SMALL, blocks=1, input_channels=1, identity=0.0)
    gan = built(build, config)
    logs = gan.train_step(tensors(gan))
    assert {"generator/cycle", "generator/adversarial"} <= set(logs)
    assert gan.translator(1).all(np.zeros((1, 32, 36, 3), np.uint8)).shape == (1, 32, 36, 1)


def test_both_directions_are_shown(gan):
    gan.examples = unpaired(2)
    sheet = gan.sheet(gan.show(2))
    # 64 pixels each, enlarged to be seen: three of A's row and three of B's.
    assert sheet.width == 6 * 66 - 2


def test_identity_needs_domains_of_the_same_channels(tmp_path):
    for name, mode in (("A", "L"), ("B", "RGB")):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.new(mode, (32, 32), 40 * number).save(tmp_path / name / f"{number}.png")
    source = data.find(str(tmp_path), SMALL.reading)
    with pytest.raises(Refused, match="--identity 5: .* has 1 channel on one side and 3 on"):
        SMALL.adapted_to(source)
    fitted = dataclasses.replace(SMALL, identity=0.0).adapted_to(source)
    assert (fitted.input_channels, fitted.channels) == (1, 3)


@pytest.mark.parametrize(("size", "layers"), [(30, 2), (12, 2), (16, 3), (20, 3)])
def test_illegal_sizes(size, layers):
    """No multiple of 4, nothing to reflect, or too small for a single logit."""
    with pytest.raises(Refused, match=f"--image-size {size}.*nearest legal"):
        dataclasses.replace(SMALL, image_size=size, patch_layers=layers).check()


@pytest.mark.parametrize(("size", "layers"), [(16, 2), (24, 3), (16, 0)])
def test_the_smallest_legal_sizes_give_logits(size, layers):
    gan = built(build, tiny(SMALL, blocks=1, image_size=size, patch_layers=layers))
    assert np.isfinite(float(gan.train_step(tensors(gan))["discriminator/adversarial"]))
