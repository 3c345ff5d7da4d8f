"""Stabilisers against closed forms, and what they must leave alone."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers, ops

from common import loss, stabilise
from common.adversarial import AdversarialConfig
from common.augment import augment
from common.machine import backend
from common.network import Discriminator
from common.spectral_norm import SpectralNorm
from data.errors import Refused
from tests.common.networks import RNG, batch, everything, normal, same, settings, two


def plain(output):
    return output


def linear(weights):
    return lambda x: ops.sum(x * weights, axis=(1, 2, 3), keepdims=False)[:, None]


# --- penalties ---


@pytest.mark.parametrize("scale", [0.0, 0.3, 2.0])
def test_penalties_of_a_linear_discriminator(scale):
    """For D(x) = a·x: R1 = R2 = γ/2·‖a‖², GP = λ(‖a‖ − 1)²."""
    a = scale * RNG.normal(size=(4, 4, 2)).astype("float32")
    real, fake, epsilon = normal(6, 4, 4, 2), normal(6, 4, 4, 2), normal(6)
    logits, penalty = stabilise.penalty(linear(a), real, 3.0, plain)
    np.testing.assert_allclose(logits, linear(a)(real))
    assert float(penalty) == pytest.approx(1.5 * float((a**2).sum()), rel=1e-5, abs=1e-6)
    expected = 10 * (np.linalg.norm(a) - 1) ** 2
    found = stabilise.gradient_penalty(linear(a), real, fake, epsilon, 10.0, plain)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_the_gradient_that_counts_is_that_of_the_score():
    """A discriminator that gives vectors is penalised for how real it calls them."""
    vectors = lambda x: ops.concatenate([3 * x, 100 * x], axis=-1)  # noqa: E731
    _, found = stabilise.penalty(vectors, normal(5, 1), 2.0, lambda v: v[:, :1])
    assert float(found) == pytest.approx(9, rel=1e-6)


def test_the_penalty_has_a_gradient_where_the_critic_is_flat():
    weights = keras.Variable(ops.zeros((4, 4, 2)))
    with backend.tape() as tape:
        given = normal(6, 4, 4, 2), normal(6, 4, 4, 2), normal(6)
        value = stabilise.gradient_penalty(linear(weights), *given, 10.0, plain)
    assert np.isfinite(np.array(tape.gradient(value, weights.value))).all()


def test_the_interpolation_of_gp_uses_one_epsilon_a_picture():
    seen = []

    def remember(x):
        seen.append(np.array(x))
        return ops.sum(x, axis=(1, 2, 3))[:, None]

    epsilon = np.linspace(0, 1, 50, dtype=np.float32)
    zeros, ones = ops.zeros((50, 4, 4, 1)), ops.ones((50, 4, 4, 1))
    stabilise.gradient_penalty(remember, zeros, ones, epsilon, 10.0, plain)
    flat = seen[0].reshape(50, -1)
    assert np.ptp(flat, axis=1).max() == 0
    np.testing.assert_allclose(flat[:, 0], 1 - epsilon, atol=1e-6)


def test_epsilon_is_drawn_for_each_sample_and_step():
    config = AdversarialConfig(gradient_penalty=10.0)
    one, other = (stabilise.draw(np.random.default_rng(s), 50, config) for s in (0, 1))
    assert set(one) == {"epsilon"} and one["epsilon"].std() > 0.2
    assert one["epsilon"].min() >= 0 and one["epsilon"].max() < 1
    assert not np.array_equal(one["epsilon"], other["epsilon"])
    assert stabilise.draw(np.random.default_rng(0), 50, AdversarialConfig()) == {}


def test_r1_is_at_real_samples_and_r2_at_fake_ones():
    """For D(x) = ‖x‖², whose slope 2x is another at each place."""

    class Squares(Discriminator):
        def buildModel(self):
            x = keras.Input((3,), name="sample")
            return keras.Model(x, layers.Dense(1, use_bias=False, kernel_initializer="ones")(x * x))

    discriminator = Squares(settings(r1=1.0, r2=3.0), loss.get("non-saturating"))
    real, fake = normal(6, 3), normal(6, 3)
    terms = discriminator.lossFunction({"real": real}, fake)
    for name, gamma, places in (("r1", 1.0, real), ("r2", 3.0, fake)):
        wanted = gamma / 2 * (4 * np.array(places) ** 2).sum(1).mean()
        assert float(terms[name]) == pytest.approx(wanted, rel=1e-5), name


# --- spectral norm ---


def convolutions():
    x = keras.Input((8, 8, 2), name="sample")
    y = layers.Conv2D(5, 3, padding="same")(x)
    y = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(layers.LeakyReLU(0.2)(y))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(y)))


def largest(kernel, transposed=False):
    kernel = np.swapaxes(kernel, -1, -2) if transposed else kernel
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


def test_the_largest_singular_value_is_one():
    """Against numpy's SVD, after 60 iterations; biases stay as they are."""
    model = convolutions()
    for v in model.trainable_variables:
        v.assign(RNG.normal(size=v.shape).astype("float32"))
    norm = SpectralNorm(model)
    for _ in range(60):
        norm.iterate()
    raw = [np.array(v) for v in model.trainable_variables]
    used = [np.array(v) for v in norm.weights()]
    for index, transposed in ((0, False), (2, True), (4, False)):
        assert largest(raw[index], transposed) > 1.3
        assert largest(used[index], transposed) == pytest.approx(1, abs=0.02)
    for index in (1, 3, 5):
        np.testing.assert_array_equal(used[index], raw[index])
    assert len(norm.variables) == 3


def test_the_gradient_reaches_the_raw_kernel():
    """Along the kernel itself it vanishes: W/σ does not change when W grows."""
    model = keras.Sequential([keras.Input((3,), name="sample"), layers.Dense(1, use_bias=False)])
    norm = SpectralNorm(model)
    norm.iterate()
    x = normal(4, 3)
    with backend.tape() as tape:
        (kernel,) = norm.weights()
        value = ops.sum(ops.square(ops.matmul(x, kernel)))
    gradient = np.array(tape.gradient(value, model.trainable_variables[0].value))
    assert np.abs(gradient).max() > 1e-3
    raw = np.array(model.trainable_variables[0])
    assert abs((gradient * raw).sum()) < 1e-4 * np.abs(gradient).max()


def test_an_update_advances_each_singular_vector_once():
    _, discriminator = two(spectral_norm=True)
    unit = lambda vector: vector / np.linalg.norm(vector)  # noqa: E731
    kernels = [np.array(v) for v in discriminator.trainable_variables if len(v.shape) == 2]
    vectors = discriminator._spectral[0].variables
    before = [np.array(u) for u in vectors]
    wanted = [unit(unit(k @ u) @ k) for k, u in zip(kernels, before, strict=True)]
    given = batch()
    discriminator.trainModel(given, given["real"] + 1)
    for u, advanced in zip(vectors, wanted, strict=True):
        np.testing.assert_allclose(u, advanced, atol=1e-5)
    assert np.abs(wanted[0] - before[0]).max() > 0.01


def test_baked_shows_the_weights_that_are_used():
    _, discriminator = two(spectral_norm=True)
    given = {"sample": normal(4, 3)}
    raw = [np.array(v) for v in discriminator.trainable_variables]
    with discriminator.baked() as (model,):
        assert largest(np.array(model.trainable_variables[0])) < 1.5
        assert not same(raw, [np.array(v) for v in model.trainable_variables])
        within = np.array(model(given["sample"], training=False))
    assert same(raw, [np.array(v) for v in discriminator.trainable_variables])
    plain_output = np.array(discriminator.model(given["sample"], training=False))
    assert np.abs(within - plain_output).max() > 1e-3


# --- what a discriminator sees ---


def numbers(count):
    return ops.convert_to_tensor(RNG.random((count, 7), np.float32))


def test_diffaugment_has_a_gradient_and_keeps_the_shape():
    pictures, given = normal(5, 12, 16, 3), numbers(5)

    def energy(x):
        return ops.square(augment(x, given)) / 2

    _, gradient = backend.with_input_gradient(energy, pictures)
    assert gradient.shape == pictures.shape
    assert np.abs(np.array(gradient)).mean() > 0.1


def test_colours_in_closed_form():
    """Brightness, saturation, contrast: of numbers in the middle nothing is left to see."""
    picture = normal(2, 16, 16, 3)
    middle = np.full((2, 7), 0.5, np.float32)
    # A cut whose middle lies at the border's end still takes a quarter of the picture.
    seen = np.array(augment(picture, middle))
    kept = seen != 0
    np.testing.assert_allclose(seen[kept], np.array(picture)[kept], atol=1e-5)
    middle[:, 0] = 1.0
    brighter = np.array(augment(picture, middle))
    np.testing.assert_allclose((brighter - seen)[kept], 0.5, atol=1e-5)
    middle[:, 0], middle[:, 1] = 0.5, 0.0
    grey = np.array(augment(picture, middle))
    assert np.ptp(grey, axis=-1).max() < 1e-5


def test_shifts_and_cuts_lie_within_their_ranges():
    """Up to an eighth of the size each way; half of each side is missing, or less at borders."""
    size, count = 16, 400
    rows = np.broadcast_to(np.arange(1, size + 1)[:, None, None], (count, size, size, 1))
    given = RNG.random((count, 7)).astype(np.float32)
    seen = np.array(augment(rows.astype(np.float32), given, colours=False))
    missing, moved = [], set()
    for picture in seen[..., 0]:
        # The last column or the first is free of the cut.
        column = max(picture.T, key=np.count_nonzero)
        places = np.flatnonzero(column)
        moved |= {int(column[place] - 1 - place) for place in places}
        missing.append((picture == 0).mean())
    assert moved == {-2, -1, 0, 1, 2}
    assert max(missing) <= 0.25 + 2 * 2 / size and np.mean(missing) > 0.15


def test_a_pairs_halves_move_alike_and_keep_their_own_colours():
    """Pix2Pix's discriminator sees a picture and its input: places must go on corresponding."""
    config = AdversarialConfig(augment=True, image_size=16, channels=1)
    picture = normal(6, 16, 16, 1)
    seen = {"sample": picture, "input": picture, "augment": numbers(6), "label": ops.ones((6,))}
    viewed = stabilise.view(seen, ["sample", "input", "label"], config, 0)
    sample, given = np.array(viewed["sample"]), np.array(viewed["input"])
    # What was cut out and shifted in is missing in both.
    np.testing.assert_array_equal(given == 0, (sample == 0) | (given == 0))
    assert ((given == 0) == (np.abs(sample) < 1e-7)).mean() > 0.99
    assert np.abs(sample - given).max() > 0.05, "colours of the sample alone"
    assert viewed["label"] is seen["label"] and seen["sample"] is picture


def test_pictures_that_belong_together_are_altered_alike():
    pair = normal(4, 1, 16, 16, 3)
    both = ops.concatenate([pair, pair], axis=1)
    seen = np.array(augment(both, numbers(4), group=2))
    assert seen.shape == (4, 2, 16, 16, 3)
    np.testing.assert_array_equal(seen[:, 0], seen[:, 1])


def test_instance_noise_fades():
    config = settings(instance_noise=0.5, instance_noise_steps=10)
    noise = stabilise.draw(np.random.default_rng(0), 2000, config)["instance_noise"]
    seen = {"sample": ops.zeros((2000, 3)), "instance_noise": noise}
    widths = [
        float(np.std(stabilise.view(seen, ["sample"], config, done)["sample"]))
        for done in (0, 5, 10, 20)
    ]
    assert widths == pytest.approx([0.5, 0.25, 0, 0], abs=0.01)
    stays = dataclasses.replace(config, instance_noise_steps=0)
    assert np.std(stabilise.view(seen, ["sample"], stays, 99)["sample"]) > 0.4


def test_the_generators_step_sees_altered_samples_too(monkeypatch):
    """With half of the noise's width, as half of its steps are done."""
    _, discriminator = two(instance_noise=0.5, instance_noise_steps=10)
    given = batch() | stabilise.draw(np.random.default_rng(0), 16, discriminator.config)
    seen = []
    monkeypatch.setattr(
        discriminator, "frozen", lambda batch, which=0: seen.append(batch["sample"])
    )
    discriminator.optimizer.iterations.assign(5)
    discriminator.logits(given["real"], given, frozen=True)
    np.testing.assert_allclose(seen[0], given["real"] + 0.25 * given["instance_noise"], atol=1e-6)


# --- label smoothing ---


def test_smoothed_labels_in_closed_form():
    """One-sided: the target of real samples is 1 − s, that of fake ones stays 0."""
    real, fake, s = np.float32([[2.0], [-1.0]]), np.float32([[0.5], [-3.0]]), 0.1
    sigmoid = lambda t: 1 / (1 + np.exp(-t))  # noqa: E731
    p, q = sigmoid(real), sigmoid(fake)
    expected = -((1 - s) * np.log(p) + s * np.log(1 - p)).mean() - np.log(1 - q).mean()
    for name in ("minimax", "non-saturating"):
        found = float(loss.get(name, s).discriminator(real, fake))
        assert found == pytest.approx(expected, rel=1e-5)
    squares = 0.5 * (((real - 0.9) ** 2).mean() + (fake**2).mean())
    found = float(loss.get("least-squares", s).discriminator(real, fake))
    assert found == pytest.approx(squares, rel=1e-5)
    for name in loss.LOSSES:
        plain_loss = float(loss.get(name).generator(fake, real))
        assert float(loss.get(name, s).generator(fake, real)) == plain_loss


# --- all of it together ---

ALL = {"r1": 1.0, "r2": 1.0, "spectral_norm": True, "instance_noise": 0.1}
ALONE = [{name: value} for name, value in ALL.items()]


@pytest.mark.parametrize("changes", [*ALONE, {"gradient_penalty": 10.0}, ALL])
def test_the_discriminator_stands_still_in_the_generators_step(changes):
    """Raw kernels, u of the spectral norm, statistics and seeds: not a bit moves."""
    generator, discriminator = two(**changes)
    given = batch() | stabilise.draw(np.random.default_rng(0), 16, discriminator.config)
    before = everything(discriminator)
    with backend.tape() as forward:
        fake = generator(given)
    generator.trainModel(given, fake, discriminator, tape=forward)
    assert same(before, everything(discriminator))
    logs = discriminator.trainModel(given, ops.stop_gradient(fake))
    assert not same(before, everything(discriminator))
    assert all(np.isfinite(float(value)) for value in logs.values())
    wanted = {"r1", "r2", "gradient_penalty"} & set(changes)
    assert wanted <= {name.split("/")[1] for name in logs}


def test_keras_own_layer_would_move():
    """The control: `SpectralNormalization` assigns its kernel at every pass."""

    class WithLayer(Discriminator):
        def buildModel(self):
            x = keras.Input((3,), name="sample")
            return keras.Model(x, layers.SpectralNormalization(layers.Dense(1))(x))

    discriminator = WithLayer(settings(), loss.get("hinge"))
    before = everything(discriminator)
    discriminator({"sample": normal(4, 3)})
    assert not same(before, everything(discriminator))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"r1": 1.0, "gradient_penalty": 10.0}, "--r1 and --gradient-penalty: legal is one"),
        ({"r2": 1.0, "gradient_penalty": 10.0}, "--r2 and --gradient-penalty: legal is one"),
        ({"loss": "wasserstein"}, "--loss wasserstein: legal with --gradient-penalty 10"),
        ({"loss": "wasserstein", "r2": 0.1}, "--loss wasserstein: legal with --gradient-penal"),
        ({"loss": "hinge", "label_smoothing": 0.1}, "--label-smoothing: legal with --loss minimax"),
        ({"label_smoothing": 0.6}, "--label-smoothing 0.6: legal is 0 to 0.5"),
        ({"critic_steps": 0}, "--critic-steps 0: legal is 1 to 1000"),
        ({"r1": float("inf")}, "--r1 inf"),
        ({"instance_noise": -1.0}, "--instance-noise -1.0: legal is 0 to"),
        ({"instance_noise_steps": 5}, "--instance-noise-steps: legal with --instance-noise only"),
    ],
)
def test_what_excludes_another_is_refused(changes, words):
    config = dataclasses.replace(AdversarialConfig(), **changes)
    with pytest.raises(Refused, match=words):
        config.check()
    assert not AdversarialConfig().accepts(**changes)


def test_what_a_recipe_accepts():
    config = AdversarialConfig()
    assert config.accepts(r1=1.0) and config.accepts(loss="relativistic", r1=1.0)
    assert not config.accepts(loss="nice") and not config.accepts(no_such_flag=1)
