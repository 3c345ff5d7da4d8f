import keras
import numpy as np
import pytest
from keras import layers, ops

from common import loss
from common.average import Average
from common.machine import backend
from common.machine.precision import computing_in
from common.network import Network, named_inputs
from tests.common.networks import (
    SmallGenerator,
    batch,
    everything,
    normal,
    same,
    settings,
    two,
)


@pytest.fixture
def networks():
    return two()


def test_inputs_are_taken_out_of_a_batch_by_their_names():
    a, b = keras.Input((2,), name="label"), keras.Input((3,), name="input")
    model = keras.Model([a, b], layers.Concatenate()([a, b]))
    given = {"input": "an input", "label": "a label", "real": "not asked for"}
    assert named_inputs(model, given) == ["a label", "an input"]
    assert named_inputs(keras.Model(a, a), given) == "a label"


def test_the_generators_update_leaves_the_discriminator_bit_identical(networks):
    """Weights, batch statistics, dropout seeds and optimizer alike; and the generator moves."""
    generator, discriminator = networks
    given = batch()
    before, own = everything(discriminator), everything(generator)
    with backend.tape() as forward:
        fake = generator(given)
    generator.trainModel(given, fake, discriminator, tape=forward)
    assert same(before, everything(discriminator))
    assert not same(own, everything(generator))


def test_the_discriminators_update_leaves_the_generator_bit_identical(networks):
    generator, discriminator = networks
    given = batch()
    fake = ops.stop_gradient(generator(given))
    before, own = everything(generator), everything(discriminator)
    discriminator.trainModel(given, fake)
    assert same(before, everything(generator))
    assert not same(own, everything(discriminator))


def test_an_unfrozen_discriminator_would_move(networks):
    """The control: a plain call in training does change batch statistics and seeds."""
    _, discriminator = networks
    before = everything(discriminator)
    discriminator({"sample": batch()["real"]})
    assert not same(before, everything(discriminator))


def test_frozen_gives_what_a_call_gives(networks):
    _, discriminator = networks
    given = {"sample": batch()["real"]}
    frozen = np.array(discriminator.frozen(given))
    np.testing.assert_allclose(frozen, np.array(discriminator(given)), rtol=1e-6)


def test_a_shared_forward_pass_gives_the_same_update(networks):
    """The tape that recorded the fake earlier serves as well as a second pass."""
    generator, discriminator = networks
    given = batch()

    def gradient(shared):
        keras.utils.set_random_seed(1)
        for v in generator.model.non_trainable_variables:
            if "seed" in v.path:
                v.assign(ops.ones_like(v))
        tape = backend.tape()
        with tape:
            fake = generator(given)
            if not shared:
                total = sum(generator.lossFunction(given, fake, discriminator).values())
        if shared:
            with tape:
                total = sum(generator.lossFunction(given, fake, discriminator).values())
        return [np.array(g) for g in tape.gradient(total, generator.trainable_variables)]

    shared, alone = gradient(True), gradient(False)
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(shared[0]).max() > 0


class Halves(Network):
    """A third kind of network: two models, one optimizer, a buffer and a gate."""

    name = "halves"
    open = True

    def __init__(self, config):
        super().__init__(config)
        self.buffers.append(keras.Variable(0.0, trainable=False))

    def buildModel(self):
        return tuple(
            keras.Sequential([keras.Input((3,), name=name), layers.Dense(2)])
            for name in ("real", "code")
        )

    def build_optimizer(self):
        return keras.optimizers.SGD(0.1)

    def lossFunction(self, batch, target):
        self.log(seen=ops.mean(batch["real"]))
        away = self(batch) - self({"code": target}, which=1)
        return {"first": ops.mean(ops.square(away)), "second": ops.mean(ops.abs(away))}

    def update(self, gradients):
        backend.update_if(self.open, self.optimizer, gradients, self.trainable_variables)


def test_any_network_owns_models_buffers_and_an_update_of_its_own():
    network = Halves(settings())
    names = {name: len(values) for name, values in network.state().items()}
    assert names == {"halves": 4, "halves_optimizer": 2, "halves_buffers": 1}
    before = everything(network)
    logs = network.trainModel(batch(), normal(16, 3))
    assert set(logs) == {"halves/first", "halves/second", "halves/seen"}
    assert not same(before, everything(network))


def test_a_closed_gate_leaves_weights_moments_and_count_untouched():
    network = Halves(settings())
    network.trainModel(batch(), normal(16, 3))
    before, network.open = everything(network), False
    network.trainModel(batch(), normal(16, 3))
    assert same(before, everything(network))


def test_the_average_follows_its_formula(networks):
    generator, discriminator = networks
    average = Average([generator], 0.9)
    expected = [np.array(v) for v in generator.trainable_variables]
    given = batch()
    for step in range(1, 4):
        with backend.tape() as forward:
            fake = generator(given)
        generator.trainModel(given, fake, discriminator, tape=forward)
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
    inputs = batch()["latent"]
    with computing_in("mixed_bfloat16"):
        generator = SmallGenerator(settings(), loss.get("relativistic"))
    before = np.asarray(generator.model(inputs))
    average = Average([generator], 0.0)
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
