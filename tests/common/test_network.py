import keras
import numpy as np
import pytest
from keras import layers, ops

from common import loss
from common.average import Average
from common.config import Config
from common.machine import backend
from common.machine.precision import computing_in
from common.network import Discriminator, Generator
from common.stabilise import gradient_penalty, r1

RNG = np.random.default_rng(0)


class SmallGenerator(Generator):
    def buildModel(self):
        z = keras.Input((5,))
        x = layers.BatchNormalization()(layers.Dense(8)(z))
        return keras.Model(z, layers.Dense(3)(layers.Dropout(0.3)(x)))

    def build_optimizer(self):
        return keras.optimizers.Adam(0.01)


class SmallDiscriminator(Discriminator):
    def buildModel(self):
        x = keras.Input((3,))
        y = layers.BatchNormalization()(layers.Dense(8)(x))
        return keras.Model(x, layers.Dense(1)(layers.Dropout(0.3)(y)))

    def build_optimizer(self):
        return keras.optimizers.Adam(0.01)


@pytest.fixture
def players():
    keras.utils.set_random_seed(0)
    game = loss.get("relativistic")
    return SmallGenerator(Config(), game), SmallDiscriminator(Config(), game)


def everything(player):
    return [np.array(v) for values in player.state("p").values() for v in values]


def same(before, after):
    return all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def batch():
    return (
        ops.convert_to_tensor(RNG.normal(size=(16, 5)).astype("float32")),
        ops.convert_to_tensor(RNG.normal(size=(16, 3)).astype("float32")),
    )


def test_the_generators_update_leaves_the_discriminator_bit_identical(players):
    """Weights, batch statistics, dropout seeds and optimizer alike; and the generator moves."""
    generator, discriminator = players
    latent, real = batch()
    before, own = everything(discriminator), everything(generator)
    with backend.tape() as forward:
        fake = generator(latent)
    generator.trainModel(fake, real, discriminator.frozen, tape=forward)
    assert same(before, everything(discriminator))
    assert not same(own, everything(generator))


def test_the_discriminators_update_leaves_the_generator_bit_identical(players):
    generator, discriminator = players
    latent, real = batch()
    fake = ops.stop_gradient(generator(latent))
    before, own = everything(generator), everything(discriminator)
    discriminator.trainModel(real, fake)
    assert same(before, everything(generator))
    assert not same(own, everything(discriminator))


def test_an_unfrozen_discriminator_would_move(players):
    """The control: a plain call in training does change batch statistics and seeds."""
    _, discriminator = players
    before = everything(discriminator)
    discriminator(batch()[1])
    assert not same(before, everything(discriminator))


def test_frozen_gives_what_a_call_gives(players):
    _, discriminator = players
    real = batch()[1]
    frozen = np.array(discriminator.frozen(real))
    np.testing.assert_allclose(frozen, np.array(discriminator(real)), rtol=1e-6)


def test_a_shared_forward_pass_gives_the_same_update(players):
    """The tape that recorded the fake earlier serves as well as a second pass."""
    generator, discriminator = players
    latent, real = batch()

    def gradient(shared):
        keras.utils.set_random_seed(1)
        for v in generator.model.non_trainable_variables:
            if "seed" in v.path:
                v.assign(ops.ones_like(v))
        tape = backend.tape()
        with tape:
            fake = generator(latent)
            if not shared:
                total = sum(generator.lossFunction(fake, real, discriminator.frozen).values())
        if shared:
            with tape:
                total = sum(generator.lossFunction(fake, real, discriminator.frozen).values())
        return [np.array(g) for g in tape.gradient(total, generator.trainable_variables)]

    shared, alone = gradient(True), gradient(False)
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(shared[0]).max() > 0


def linear(weights):
    return lambda x: ops.sum(x * weights, axis=(1, 2, 3), keepdims=False)[:, None]


@pytest.mark.parametrize("scale", [0.0, 0.3, 2.0])
def test_penalties_of_a_linear_discriminator(scale):
    """For D(x) = a·x: R1 = γ/2·‖a‖², GP = λ(‖a‖ − 1)²."""
    a = scale * RNG.normal(size=(4, 4, 2)).astype("float32")
    real, fake = (ops.convert_to_tensor(RNG.normal(size=(6, 4, 4, 2)), "float32") for _ in "ab")
    logits, penalty = r1(linear(a), real, gamma=3.0)
    np.testing.assert_allclose(logits, linear(a)(real))
    assert float(penalty) == pytest.approx(1.5 * float((a**2).sum()), rel=1e-5, abs=1e-6)
    expected = 10 * (np.linalg.norm(a) - 1) ** 2
    assert float(gradient_penalty(linear(a), real, fake)) == pytest.approx(expected, rel=1e-5)


def test_the_penalty_has_a_gradient_where_the_critic_is_flat():
    weights = ops.zeros((4, 4, 2))
    weights = keras.Variable(weights)
    real, fake = (ops.convert_to_tensor(RNG.normal(size=(6, 4, 4, 2)), "float32") for _ in "ab")
    with backend.tape() as tape:
        value = gradient_penalty(linear(weights), real, fake)
    assert np.isfinite(np.array(tape.gradient(value, weights.value))).all()


def test_the_interpolation_of_gp_uses_one_epsilon_a_picture():
    seen = []

    def remember(x):
        seen.append(np.array(x))
        return ops.sum(x, axis=(1, 2, 3))[:, None]

    gradient_penalty(remember, ops.zeros((50, 4, 4, 1)), ops.ones((50, 4, 4, 1)))
    flat = seen[0].reshape(50, -1)
    assert np.ptp(flat, axis=1).max() == 0
    assert flat[:, 0].std() > 0.2


def test_the_average_follows_its_formula(players):
    generator, discriminator = players
    average = Average(generator, 0.9)
    expected = [np.array(v) for v in generator.trainable_variables]
    latent, real = batch()
    for step in range(1, 4):
        with backend.tape() as forward:
            fake = generator(latent)
        generator.trainModel(fake, real, discriminator.frozen, tape=forward)
        average.update()
        decay = min(0.9, (1 + step) / (10 + step))
        now = [np.array(v) for v in generator.trainable_variables]
        expected = [decay * e + (1 - decay) * n for e, n in zip(expected, now, strict=True)]
    with average.ema_models() as (shown,):
        pass
    for have, want in zip(shown.trainable_variables, expected, strict=True):
        np.testing.assert_allclose(have, want, atol=1e-6)
    pairs = zip(shown.non_trainable_variables, generator.model.non_trainable_variables, strict=True)
    for copied, original in pairs:
        np.testing.assert_array_equal(copied, original)


def test_without_decay_the_trained_network_is_shown_in_float32(tmp_path):
    """As a network of these weights that was built in float32, to the bit; and no copy is held."""
    inputs = batch()[0]
    with computing_in("mixed_bfloat16"):
        generator = SmallGenerator(Config(), loss.get("relativistic"))
    before = np.asarray(generator.model(inputs))
    average = Average(generator, 0.0)
    average.update()
    exact = generator.buildModel()
    exact.set_weights(generator.model.get_weights())
    with average.ema_models() as (shown,):
        made = np.asarray(shown(inputs))
        shown.save(tmp_path / "generator.keras")
    np.testing.assert_array_equal(made, exact(inputs))
    saved = backend.load_network(tmp_path / "generator.keras")
    np.testing.assert_array_equal(made, saved(inputs))
    assert {layer.compute_dtype for layer in saved.layers} == {"float32"}
    # Afterwards it computes as it did.
    assert not np.array_equal(before, made)
    np.testing.assert_array_equal(before, np.asarray(generator.model(inputs)))
    assert shown is generator.model and average.state() == {}
