"""CycleGAN held to its paper."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

import data
from common.batches import Batches
from common.machine import backend
from common.optimizers import adam
from data.errors import Refused
from data.samples import SampleSet, UnpairedSet
from recipes.cyclegan.config import PRESETS
from recipes.cyclegan.generator import translator
from recipes.cyclegan.pool import Pool
from recipes.cyclegan.train import build
from tests.recipes.translators import batch_of, critic_round, same, tiny, unpaired, values

SMALL = PRESETS["small"]


@pytest.fixture
def gan():
    return build(tiny(SMALL, blocks=1, pool=3))


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


class Decided:
    """A discriminator that says 0 of every picture of A, and 3 of every one of B."""

    def logits(self, samples, batch, frozen, which):
        assert frozen
        return 3.0 * which * ops.ones((len(samples), 3, 3, 1))


def test_losses_in_closed_form(gan, monkeypatch):
    """2·½(D − 1)² for both, 10·|F(G(a)) − a| and 5·|G(b) − b|, each summed over both ways."""
    shape = (2, 32, 32, 3)
    a, b = 0.1 * ops.ones(shape), -0.2 * ops.ones(shape)
    fakes = 0.5 * ops.ones(shape), 0.7 * ops.ones(shape)
    asked = {}

    def to_b(*pictures):
        asked["to_b"] = [float(p[0, 0, 0, 0]) for p in pictures]
        return tuple(p + 0.25 for p in pictures)

    def to_a(*pictures):
        asked["to_a"] = [float(p[0, 0, 0, 0]) for p in pictures]
        return tuple(p - 0.25 for p in pictures)

    monkeypatch.setattr(gan.generator, "to_b", to_b)
    monkeypatch.setattr(gan.generator, "to_a", to_a)
    batch, left_alone = {"input": a, "real": b}, (a + 0.01, b + 0.03)
    terms = gan.generator.lossFunction(batch, fakes, left_alone, Decided())
    assert asked == {"to_a": [pytest.approx(0.7)], "to_b": [pytest.approx(0.5)]}
    assert float(terms["adversarial"]) == pytest.approx(1 + 4)
    # Back from .7: .45 where .1 was wanted; and there from .5: .75 where -.2 was.
    assert float(terms["cycle"]) == pytest.approx(10 * (0.35 + 0.95), rel=1e-4)
    assert float(terms["identity"]) == pytest.approx(5 * (0.01 + 0.03), rel=1e-4)
    # Only the square is doubled, which Mao et al. halve.
    other = build(tiny(SMALL, blocks=0, loss="hinge", cycle=0.0, identity=0.0)).generator
    terms = other.lossFunction(batch, fakes, (), Decided())
    assert set(terms) == {"adversarial"} and float(terms["adversarial"]) == pytest.approx(-3)


def test_identity_is_of_the_wanted_domain(gan, monkeypatch):
    """G(A → B) is asked to leave pictures of B alone, and not those of A."""
    seen = {"to_a": [], "to_b": []}
    for name in seen:
        inner = getattr(gan.generator, name)

        def watching(*pictures, name=name, inner=inner):
            seen[name].append(pictures)
            return inner(*pictures)

        monkeypatch.setattr(gan.generator, name, watching)
    # And the loss compares what was left alone with itself, not with the other domain.
    asked = []
    monkeypatch.setattr(
        gan.generator,
        "trainModel",
        lambda batch, fakes, same, *_, tape: asked.append(same) or {},
    )
    batch = batch_of(gan)
    a, b = batch["input"], batch["real"]
    gan.train_step(batch)
    ((first, second),) = seen["to_b"]
    assert first is a and second is b
    ((first, second),) = seen["to_a"]
    assert first is b and second is a
    to_b, to_a = gan.generator.models
    for mine, wanted in zip(asked[0], (to_a(a), to_b(b)), strict=True):
        np.testing.assert_allclose(np.asarray(mine), np.asarray(wanted), atol=1e-5)


def test_one_joint_step_moves_both_translators_and_one_both_discriminators(gan):
    models = [*gan.generator.models, *gan.discriminator.models]
    before = [values(model.trainable_variables) for model in models]
    gan.train_step(batch_of(gan))
    assert not any(
        same(old, values(m.trainable_variables)) for old, m in zip(before, models, strict=True)
    )


def test_each_critic_step_sees_new_pictures():
    """Of both domains; the translators learn from the last."""
    gan = build(tiny(SMALL, blocks=0, pool=3, critic_steps=2))
    given = critic_round(gan, unpaired(6))
    assert gan.phases()[-1].parts == 2 and len(given["generator"]) == 1
    first, last = given["discriminator"]
    for name in ("input", "real"):
        seen = {picture.tobytes() for batch in (first, last) for picture in batch[name]}
        assert len(first[name]) == 2 and len(seen) == 4, name
    for name, learned in given["generator"][0].items():
        np.testing.assert_array_equal(learned, last[name])


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
    pool, rng = Pool(10, (1, 1, 1), "pool"), np.random.default_rng(0)
    exchange, old = backend.compiled(pool.exchange), 0
    for step in range(410):
        drawn = Pool.draw(rng, 1, 10)
        (given,) = flat(exchange(pictures(step), *map(ops.convert_to_tensor, drawn.values())))
        old += step >= 10 and given != step
        assert step >= 10 or given == step
    assert 160 < old < 240


def test_no_pool():
    assert flat(Pool(0, (1, 1, 1), "pool").exchange(pictures(1, 2), None, None)) == [1, 2]


def test_the_pool_feeds_the_discriminator_only(gan, monkeypatch):
    """Filled with a mark: D's own step sees it, the translators' step never."""
    frozen, trained = [], []
    for name, seen in (("frozen", frozen), ("__call__", trained)):
        inner = getattr(type(gan.discriminator), name)

        def watching(self, batch, which=0, inner=inner, seen=seen):
            seen.append(np.asarray(batch["sample"]))
            return inner(self, batch, which)

        monkeypatch.setattr(type(gan.discriminator), name, watching)
    for pool in gan.discriminator.pools:
        stored, count = pool.variables
        stored.assign(np.full(stored.shape, 0.125, np.float32))
        count.assign(3)
    batch = batch_of(gan)
    gan.train_step(batch | {f"coin_{side}": ops.ones(2) for side in "ab"})
    assert len(trained) == 2 and len(frozen) == 2
    for real_and_fake in trained:
        assert (real_and_fake[2:] == 0.125).any((1, 2, 3)).all()
    for fakes in frozen:
        assert not (fakes == 0.125).all((1, 2, 3)).any()


def test_the_pool_is_in_the_checkpoint(gan):
    pools = [v for pool in gan.discriminator.pools for v in pool.variables]
    assert [id(v) for v in gan.state()["discriminator_buffers"]] == [id(v) for v in pools]
    gan.train_step(batch_of(gan))
    assert all(np.abs(values(pools)[0]).sum((1, 2, 3))[:2] > 0)


# --- data ---


def test_the_two_sets_are_drawn_in_different_orders():
    """Sets that happen to correspond must not be told in pairs."""
    images = np.arange(40, dtype=np.uint8).reshape(-1, 1, 1, 1) * np.ones((1, 8, 8, 1), np.uint8)
    both = UnpairedSet(SampleSet(images), SampleSet(images[:30]))
    batches = Batches(both, tiny(SMALL, batch_size=5))
    drawn = [batches(step) for step in range(8)]
    a, b = (np.concatenate([batch[n][:, 0, 0, 0] for batch in drawn]) for n in ("input", "real"))
    assert sorted(a) == list(range(40)), "one epoch of A"
    assert sorted(b[:30]) == list(range(30)), "one epoch of B, and the beginning of the next"
    assert (a == b).mean() < 0.2


def test_domains_of_other_channels():
    gan = build(tiny(SMALL, blocks=1, input_channels=1, identity=0.0))
    logs = gan.train_step(batch_of(gan))
    assert {"generator/cycle", "generator/adversarial"} <= set(logs)
    assert gan.translator(1).all(np.zeros((1, 32, 36, 3), np.uint8)).shape == (1, 32, 36, 1)


def test_both_directions_are_shown(gan):
    gan.examples = unpaired(2)
    visuals = gan.visuals(2)
    assert list(visuals) == ["A", "A→B", "A→B→A", "B", "B→A", "B→A→B"]
    # 64 pixels each, enlarged to be seen: three of A's row and three of B's.
    assert gan.sheet(visuals).width == 6 * 66 - 2


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
    gan = build(tiny(SMALL, blocks=1, image_size=size, patch_layers=layers))
    logs = gan.discriminator_step(batch_of(gan))
    assert np.isfinite(float(logs["discriminator/adversarial"]))
