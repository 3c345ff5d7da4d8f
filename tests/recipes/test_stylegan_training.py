"""StyleGAN's training: its penalties, which are lazy, and its growth."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from common import stabilise
from common.machine.lazy import update_when
from recipes.stylegan.gan import StyleGAN
from recipes.stylegan.growth import GrowingStyleGAN, Level, as_learned, cut_at, levels
from recipes.stylegan.lazy import Lazy, lazy_adam
from recipes.stylegan.second import path_lengths
from tests.contract.cases import differing, snapshot
from tests.recipes.stylegan import random, settled

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def second():
    lazily = {"r1_every": 3, "path_length_every": 2, "steps": 1}
    return StyleGAN(settled(generation=2, **lazily))


def batch_for(trainer, seed=0):
    rng, config = np.random.default_rng(seed), trainer.config
    real = rng.uniform(-1, 1, (config.batch_size, *config.sample_shape)).astype(np.float32)
    drawn = trainer._draw(rng, config.batch_size)
    return {name: tf.constant(value) for name, value in ({"real": real} | drawn).items()}


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
    """weight · mean (‖Jᵀy‖ − a)², on half a batch; first a moves by a hundredth to their mean."""
    generator, batch = second.generator, batch_for(second)
    generator.usual.assign(0.0)
    at_0, moved = generator.penalty(batch)
    assert float(moved) > 0
    generator.usual.assign(float(moved) * 100)
    around, _ = generator.penalty(batch)
    mean = float(moved) * 100
    # E(l − m/100)² − E(l − m)² = (.99 m)² where m is the mean.
    assert float(at_0) - float(around) == pytest.approx(2.0 * (0.99 * mean) ** 2, rel=1e-3)
    generator.usual.assign(0.0)


def test_a_path_length_is_of_noise_over_the_root_of_the_pixels(second, monkeypatch):
    """And of every other sample."""
    batch, seen = batch_for(second), []
    monkeypatch.setattr(
        "recipes.stylegan.second.path_lengths",
        lambda styles, render, y: seen.append(y) or ops.ones(len(styles)),
    )
    second.generator.penalty(batch)
    np.testing.assert_allclose(seen[0], np.array(batch["direction"])[::2] / 16, rtol=1e-5)


def test_path_lengths_are_computed_in_any_arithmetic():
    config = dataclasses.replace(settled(generation=2), precision="mixed_bfloat16")
    trainer = StyleGAN(config)
    found, usual = trainer.generator.penalty(batch_for(trainer))
    assert found.dtype == usual.dtype == "float32" and float(found) > 0


def test_a_lazy_penalty_counts_n_times():
    """A step by the gradient of 4·v², 24 where v is 3; what is logged is v² itself."""
    variable, optimizer = keras.Variable([3.0]), keras.optimizers.SGD(0.1)
    optimizer.build([variable])
    owner = SimpleNamespace(buffers=[], optimizer=optimizer, trainable_variables=[variable])
    found = Lazy(owner, 4).update(lambda: [ops.sum(ops.square(variable.value))])
    assert float(variable[0]) == pytest.approx(3 - 0.1 * 24) and float(found) == 9


def test_a_lazy_penalty_is_no_part_of_the_loss(second):
    batch = batch_for(second)
    assert set(second.discriminator.lossFunction(batch, batch["real"])) == {"adversarial"}


def test_lazy_rates():
    """rate·c and β^c with c = n/(n + 1)."""
    config = settled(beta_1=0.5)
    optimizer = lazy_adam(1e-3, config, 16)
    assert float(optimizer.learning_rate) == pytest.approx(1e-3 * 16 / 17)
    assert optimizer.beta_1 == pytest.approx(0.5 ** (16 / 17))
    assert optimizer.beta_2 == pytest.approx(0.99 ** (16 / 17))


def test_a_schedule_does_not_count_lazy_updates():
    """After 100 steps, which were 125 updates, the rate has not begun to fall; after 200 it has."""
    optimizer = lazy_adam(1e-3, settled(decay_from=100, decay_steps=100), 4)
    rate = optimizer._learning_rate
    assert float(rate(125)) == pytest.approx(0.8e-3)
    assert float(rate(250)) == pytest.approx(0.8e-5)
    assert float(rate(188)) == pytest.approx(0.8e-3 * 0.505, rel=0.02)


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


def test_a_level_begins_with_the_rate_of_its_size():
    """A discriminator's is smaller where its penalty is lazy and has updates of its own."""
    trainer = GrowingStyleGAN(settled(growth=True, growth_pictures=8, steps=0, r1_every=4))
    for level in levels(trainer.config):
        for network in trainer.networks:
            trainer._begin(network, level)
    rates = {network.name: float(network.optimizer.learning_rate) for network in trainer.networks}
    config = trainer.config
    assert rates["generator"] == pytest.approx(config.generator_rate)
    assert rates["discriminator"] == pytest.approx(0.8 * config.discriminator_rate)
    # Large sizes are learned faster.
    optimizer = trainer.generator.optimizer
    for size, factor in ((64, 1), (128, 1.5), (256, 2), (1024, 3)):
        trainer._begin(trainer.generator, Level(size, False, 0))
        assert float(optimizer.learning_rate) == pytest.approx(factor * config.generator_rate)


def test_what_is_resumed_within_a_fade_does_not_begin_anew(growing, monkeypatch):
    optimizer, fade = growing.generator.optimizer, levels(growing.config)[1]
    for step, done in ((fade.begins + 1, 7), (fade.begins, 0)):
        monkeypatch.setattr(growing, "step", step)
        optimizer.iterations.assign(7)
        growing._begin(growing.generator, fade)
        assert int(optimizer.iterations) == done


def test_what_growth_and_penalties_count_by_is_in_every_checkpoint(growing, second):
    kept = {id(v) for each in (growing, second) for values in each.state().values() for v in values}
    counted = [growing.generator.steps, second.generator.usual]
    for network in second.networks:
        counted += [network._lazy.updates, network._lazy.last]
    assert all(id(variable) in kept for variable in counted)


def test_growing_moves_the_levels_that_there_are(growing):
    """The whole training: shares rise, what has not grown stays, optimizers begin anew."""
    model, seen = growing.discriminator.model, {}

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            values = [np.array(v) for v in model.get_layer("block_16").trainable_variables]
            seen[self.model.step] = (values, float(logs["share"]), float(logs["size"]))

    dataset = np.random.default_rng(0).integers(0, 255, (16, 16, 16, 3), np.uint8)
    before = snapshot(growing)
    growing.trainModel(dataset, [Look()], verbose=False)
    assert "average" in differing(before, snapshot(growing))
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
    # But not what averages and fading noise go by.
    assert [float(network.age) for network in growing.networks] == [5.0, 5.0]
    assert float(growing.generator.blends()[16].share) == 1.0
    assert growing.sample(2).shape == (2, 16, 16, 3)
