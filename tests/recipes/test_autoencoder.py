"""Autoencoders: their losses in closed form, what their paper says, and how they are measured."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from common.machine import backend  # noqa: F401  first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers  # isort: skip

import data
from common.batches import rng_for
from common.codes import divergences
from common.distortion import distorted
from data.errors import Refused
from recipes.autoencoder import evaluate, measure
from recipes.autoencoder.bound import bound, bound_of_mean
from recipes.autoencoder.config import PRESETS, Config
from recipes.autoencoder.decoding import codes_of, prepared
from recipes.autoencoder.losses import reconstruction
from recipes.autoencoder.network import DECODER, ENCODER, before_range, code_size
from recipes.autoencoder.train import build

TINY = dataclasses.replace(PRESETS["tiny"], precision="float32", averaging=0.0)
RNG = rng_for(0, "tests")
REAL = RNG.uniform(-1, 1, (5, 16, 16, 1)).astype(np.float32)
RAW = RNG.normal(0, 2, REAL.shape).astype(np.float32)


def built(**changes):
    config = dataclasses.replace(TINY, **changes)
    return build(config.adapted_to(data.find(config.data)))


def batch_of(trainer, real=REAL, seed=0):
    return {"real": real} | trainer.draw(rng_for(seed, "batch"), len(real))


# --- the losses ---


def test_a_bernoulli_picture_costs_the_cross_entropy_of_its_pixels():
    config = Config(decoder="bernoulli")
    white, p = (REAL + 1) / 2, 1 / (1 + np.exp(-RAW.astype(float)))
    each = -(white * np.log(p) + (1 - white) * np.log(1 - p))
    np.testing.assert_allclose(reconstruction(REAL, RAW, config), each.sum((1, 2, 3)), rtol=1e-4)
    # However sure and wrong, it is finite and has a slope.
    sure = reconstruction(np.ones((1, 2, 2, 1)), np.full((1, 2, 2, 1), -200.0), config)
    assert float(sure[0]) == pytest.approx(800)


def test_a_gaussian_picture_costs_its_density():
    config = Config(decoder="gaussian", deviation=0.3)
    wanted = -stats.norm(np.tanh(RAW), 0.3).logpdf(REAL).sum((1, 2, 3))
    np.testing.assert_allclose(reconstruction(REAL, RAW, config), wanted, rtol=1e-4)


@pytest.mark.parametrize("decoder", ["bernoulli", "gaussian"])
def test_the_bound_sums_over_pixels_and_is_a_mean_over_the_batch(decoder):
    trainer = built(decoder=decoder, network="dense", hidden=8, latent_size=3)
    batch = batch_of(trainer)
    terms = trainer.autoencoder.lossFunction(batch)
    alone = [
        trainer.autoencoder.lossFunction({name: v[i : i + 1] for name, v in batch.items()})
        for i in range(5)
    ]
    for name in ("reconstruction", "divergence"):
        wanted = np.mean([float(each[name]) for each in alone])
        assert float(terms[name]) == pytest.approx(wanted, rel=1e-4)
    decoder, encoder = trainer.autoencoder.models
    code = np.asarray(encoder(REAL))
    assert float(terms["divergence"]) == pytest.approx(np.mean(divergences(code)), rel=1e-4)
    mean, log_variance = np.split(code, 2, axis=1)
    latent = mean + np.exp(log_variance / 2) * batch["latent"]
    raw = before_range(decoder)(latent)
    wanted = np.mean(reconstruction(REAL, raw, trainer.config))
    assert float(terms["reconstruction"]) == pytest.approx(wanted, rel=1e-4)


def test_beta_weighs_the_divergence_alone():
    one, four = (built(beta=beta) for beta in (1.0, 4.0))
    terms = [each.autoencoder.lossFunction(batch_of(each)) for each in (one, four)]
    assert float(terms[1]["divergence"]) == pytest.approx(4 * float(terms[0]["divergence"]))
    assert float(terms[1]["reconstruction"]) == float(terms[0]["reconstruction"])
    # And the bound that is reported is that with β 1.
    pictures = ((REAL + 1) * 127.5).astype(np.uint8)
    assert bound(one, pictures, 0) == bound(four, pictures, 0)


def test_an_autoencoder_has_points_and_no_divergence():
    trainer = built(variational=False)
    assert set(trainer.autoencoder.lossFunction(batch_of(trainer))) == {"reconstruction"}
    assert trainer.autoencoder.models[ENCODER].output.shape[1] == code_size(trainer.config) == 8
    assert trainer.watched == "reconstruction"
    trainer.examples = data.find("digits").load("test", 16, 4, 0)
    assert list(trainer.visuals(2)) == ["real", "reconstruction"]
    # What it makes of noise is measured beside a VAE's fakes.
    assert trainer.sample(trainer.draw(rng_for(0, "x"), 3)).shape == (3, 16, 16, 1)


@pytest.mark.parametrize(
    ("decoder", "wanted"),
    [("bernoulli", lambda x: 2 / (1 + np.exp(-x)) - 1), ("gaussian", np.tanh)],
)
def test_what_is_decoded_is_a_picture(decoder, wanted):
    model = built(decoder=decoder).autoencoder.models[DECODER]
    latent = RNG.standard_normal((4, 8)).astype(np.float32)
    raw = np.asarray(before_range(model)(latent))
    np.testing.assert_allclose(model(latent), wanted(raw), atol=1e-6)


def test_a_picture_s_code_is_the_mean_of_its_distribution():
    trainer = built()
    encoder = trainer.autoencoder.models[ENCODER]
    mean, _ = np.split(np.asarray(encoder(REAL)), 2, axis=1)
    np.testing.assert_allclose(codes_of(encoder, REAL, trainer.config), mean, atol=1e-5)


def test_pixels_are_drawn_black_and_white():
    trainer = built(binarise=True, decoder="bernoulli", network="dense", hidden=8)
    batch = batch_of(trainer)
    grey = np.zeros_like(REAL)
    coins = np.where(np.arange(16)[:, None] < 8, 0.4, 0.6).astype(np.float32)[None, :, :, None]
    asked = batch | {"real": grey, "coins": np.broadcast_to(coins, REAL.shape)}
    white = batch | {"real": np.broadcast_to(np.where(coins < 0.5, 1, -1), REAL.shape)}
    white["real"] = white["real"].astype(np.float32)
    terms = [trainer.autoencoder.lossFunction(each) for each in (asked, white)]
    assert float(terms[0]["reconstruction"]) == float(terms[1]["reconstruction"])
    assert {*np.unique(prepared(REAL, trainer.config))} == {-1, 1}
    assert prepared(REAL, TINY) is REAL


def test_a_denoising_encoder_sees_noise_and_is_held_to_what_is_clean(monkeypatch):
    trainer, seen = built(noise=0.5, variational=False), []
    batch, own = batch_of(trainer), trainer.autoencoder
    monkeypatch.setattr(
        type(own), "__call__", lambda self, batch, which: seen.append(batch["real"]) or 0.0
    )
    monkeypatch.setattr(own, "_raw", lambda latent, training: RAW)
    terms = own.lossFunction(batch)
    np.testing.assert_allclose(seen[0], REAL + 0.5 * batch["noise"], atol=1e-6)
    # On a sheet as well: what is shown is cut to the range, what is encoded is not.
    encoded = []
    trainer.examples = REAL
    monkeypatch.setattr(trainer, "real_samples", lambda: REAL)
    monkeypatch.setattr(trainer, "reconstruct", lambda pictures: encoded.append(pictures))
    shown = trainer.visuals(2)["seen"]
    assert np.abs(encoded[0]).max() > 1 == np.abs(shown).max()
    np.testing.assert_array_equal(np.clip(encoded[0], -1, 1), shown)
    wanted = np.mean(reconstruction(REAL, RAW, trainer.config))
    assert float(terms["reconstruction"]) == pytest.approx(wanted)


def test_an_encoder_that_sees_distorted_pictures_is_held_to_them_as_they_were(monkeypatch):
    trainer, seen = built(distortion=1.0, noise=0.5), []
    batch, own = batch_of(trainer), trainer.autoencoder
    code = np.zeros((len(REAL), code_size(trainer.config)), np.float32)
    monkeypatch.setattr(
        type(own), "__call__", lambda self, batch, which: seen.append(batch["real"]) or code
    )
    monkeypatch.setattr(own, "_raw", lambda latent, training: RAW)
    terms = own.lossFunction(batch)
    wanted = distorted(REAL, batch["transforms"]) + 0.5 * batch["noise"]
    np.testing.assert_allclose(seen[0], wanted, atol=1e-6)
    assert np.abs(np.array(wanted) - REAL - 0.5 * batch["noise"]).max() > 0.1
    wanted = np.mean(reconstruction(REAL, RAW, trainer.config))
    assert float(terms["reconstruction"]) == pytest.approx(wanted)


def test_a_decoder_that_ignores_its_code_costs_what_pixels_by_themselves_do():
    """Of black and white pixels with a probability of .25: their entropy."""
    config = Config(decoder="bernoulli", binarise=True, image_size=16, channels=1)
    pictures = np.full((400, 16, 16, 1), 0.25 * 255, np.uint8)
    found = bound_of_mean(np.full((16, 16, 1), -0.5), pictures, config, 0)
    entropy = -256 * (0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert found == pytest.approx(entropy, rel=0.01)


# --- the paper ---


def test_the_published_network_is_the_papers():
    config = dataclasses.replace(PRESETS["paper"], precision="float32")
    trainer = build(config.adapted_to(data.find(config.data)))
    for model, unit in zip(trainer.autoencoder.models, ("linear", "linear"), strict=True):
        hidden, last = [each for each in model.layers if isinstance(each, layers.Dense)]
        assert (hidden.units, hidden.activation.__name__) == (500, "tanh")
        assert last.activation.__name__ == unit
        assert np.std(hidden.kernel) == pytest.approx(0.01, rel=0.05)
    optimizer = trainer.autoencoder.optimizer
    assert isinstance(optimizer, keras.optimizers.Adagrad)
    assert float(np.asarray(optimizer.learning_rate)) == pytest.approx(0.02)
    assert (config.batch_size, config.beta, config.decoder) == (100, 1, "bernoulli")


def test_adagrads_first_step_is_as_long_as_its_rate():
    """Its memory begins empty; Keras' own begins at .1."""
    trainer = built(network="published", hidden=4, autoencoder_rate=0.02)
    before = [np.array(v) for v in trainer.autoencoder.trainable_variables]
    trainer.autoencoder.trainModel(batch_of(trainer))
    after = trainer.autoencoder.trainable_variables
    moved = np.concatenate([np.abs(b - a).ravel() for b, a in zip(before, after, strict=True)])
    assert np.median(moved[moved > 0]) == pytest.approx(0.02, rel=1e-3)


def test_the_published_weights_have_a_prior():
    trainer = built(network="published", hidden=4, pictures=50)
    squares = sum((np.asarray(v) ** 2).sum() for v in trainer.autoencoder.trainable_variables)
    terms = trainer.autoencoder.lossFunction(batch_of(trainer))
    assert float(terms["prior"]) == pytest.approx(squares / 100, rel=1e-4)


# --- settings ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"binarise": True}, "--binarise: legal with --decoder bernoulli, not gaussian"),
        ({"variational": False, "beta": 2.0}, "--beta 2: legal with --variational"),
        ({"decoder": "bernoulli", "deviation": 0.5}, "--deviation: legal with --decoder gaussian"),
        ({"deviation": 0.0}, "--deviation 0.0: legal is 0.001 to 10"),
        ({"noise": -1.0}, "--noise -1.0: legal is 0 to 10"),
        ({"network": "dense", "image_size": 80}, "--image-size 80: this network makes 63, 64"),
    ],
)
def test_illegal_settings_are_refused(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(TINY, **changes).check()


def test_every_preset_is_legal():
    for config in PRESETS.values():
        config.check()


# --- measures ---


def test_precision_counts_what_shares_a_label():
    ours, theirs = np.array([0, 1, 2, 3]), np.array([0, 0, 0, 1, 2, 2])
    places = np.array([[0, 1, 3], [3, 0, 1], [0, 4, 5], [0, 1, 2]])
    # Two of three; one of the only one; one of the first two; and nothing to be found.
    assert measure.precision(ours, theirs, places) == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)


def test_criteria_are_those_that_can_be_told():
    digits = PRESETS["mnist"]
    digits = dataclasses.replace(digits, channels=1)

    def asked(config, measures=()):
        scores = measure.Scores({}, {}, dict.fromkeys(measures, ""), {})
        return [str(one) for one in evaluate.criteria(config, scores)]

    assert asked(digits) == ["error ≤ 1 × PCA code", "−ELBO ≤ 96.8"]
    assert asked(dataclasses.replace(TINY, channels=1), ["gain"])[1:] == ["gain ≥ 0.1"]
    # The bound is MNIST's own, also as a file; other pictures of that size are harder or easier.
    assert asked(dataclasses.replace(digits, data="sets/mnist.npz"))[1:] == ["−ELBO ≤ 96.8"]
    fashion = dataclasses.replace(digits, data="fashion_mnist")
    assert asked(fashion, ["gain"])[1:] == ["gain ≥ 0.1"]


def test_runs_beside_are_named_by_what_they_lack():
    small = PRESETS["small"]
    assert evaluate.ablation(PRESETS["plain"], small) == "autoencoder"
    assert evaluate.ablation(PRESETS["beta-4"], small) == "β = 4"
    assert evaluate.ablation(PRESETS["plane"], small) == ""
