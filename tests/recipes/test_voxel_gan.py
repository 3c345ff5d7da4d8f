"""3D-GAN and 3D-VAE-GAN: what their paper says, and where they differ from DCGAN."""

import dataclasses
import json
import math

import numpy as np
import pytest

from common.machine import backend  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers  # isort: skip

import data
from common.batches import rng_for
from common.codes import drawn_from, halves
from data.errors import Refused
from data.made import open_world
from data.samples import SampleSet
from recipes.voxel_gan import config as configs
from recipes.voxel_gan.config import PRESETS, Config
from recipes.voxel_gan.encoder import ViewEncoder
from recipes.voxel_gan.loss import reconstruction
from recipes.voxel_gan.predict import predict
from recipes.voxel_gan.train import build
from recipes.voxel_gan.vae_gan import VoxelVAEGAN
from tests.conftest import ROOT, called
from tests.contract.cases import batch_of

TINY = dataclasses.replace(PRESETS["tiny"], precision="float32")
PLAIN = dataclasses.replace(TINY, encoder=False, prior="unit", data="furniture", gate=0.8)


def settled(config):
    return config.adapted_to(data.find(config.data))


def layers_of(model, *kinds):
    return [layer for layer in model.layers if isinstance(layer, kinds)]


# --- the paper ---


def test_the_published_settings():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.latent_size, paper.batch_size) == (64, 200, 100)
    assert (paper.generator_rate, paper.discriminator_rate) == (2.5e-3, 1e-5)
    assert (paper.beta_1, paper.gate, paper.prior) == (0.5, 0.8, "unit")
    views = PRESETS["paper-views"]
    assert (views.divergence_weight, views.reconstruction_weight) == (5, 1e-4)
    assert views.reconstruction == "distance" and views.data == "furniture:views:256"


def test_the_published_generator_and_discriminator():
    """Kernels of 4×4×4 throughout, 512-256-128-64 channels (their counts: tests/contract)."""
    trainer = build(settled(dataclasses.replace(PRESETS["paper"], precision="float32")))
    up = layers_of(trainer.generator.model, layers.Conv3DTranspose)
    assert [layer.filters for layer in up] == [256, 128, 64, 1]
    down = layers_of(trainer.discriminator.model, layers.Conv3D)
    assert [layer.filters for layer in down] == [64, 128, 256, 512]
    for layer in up + down:
        assert layer.kernel_size == (4, 4, 4) and layer.strides == (2, 2, 2) and not layer.use_bias
    for network, kind in (
        (trainer.generator, layers.ReLU),
        (trainer.discriminator, layers.LeakyReLU),
    ):
        assert len(layers_of(network.model, kind)) == 4
    assert len(layers_of(trainer.generator.model, layers.BatchNormalization)) == 4
    assert len(layers_of(trainer.discriminator.model, layers.BatchNormalization)) == 3
    (slope,) = {a.negative_slope for a in layers_of(trainer.discriminator.model, layers.LeakyReLU)}
    assert slope == pytest.approx(0.2)
    assert trainer.generator.model.layers[-1].activation is keras.activations.sigmoid
    rates = [float(net.optimizer.learning_rate) for net in trainer.networks]
    assert rates == pytest.approx([2.5e-3, 1e-5])


def test_the_published_encoder():
    config = dataclasses.replace(PRESETS["paper-views"], input_size=(256, 256), input_channels=3)
    model = ViewEncoder(config).model
    convolutions = layers_of(model, layers.Conv2D)
    assert [c.kernel_size[0] for c in convolutions] == [11, 5, 5, 5]
    assert [c.strides[0] for c in convolutions] == [4, 2, 2, 2]
    assert [c.filters for c in convolutions] == [64, 128, 256, 512]
    # The last one, 8×8 with 400 channels, covers the whole map.
    assert model.layers[-1].kernel.shape == (8 * 8 * 512, 400)
    count = sum(math.prod(v.shape) for v in model.trainable_variables)
    assert count == configs.ENCODER_PARAMETERS


@pytest.mark.parametrize("size", [(32, 32), (64, 64), (100, 70), (128, 128), (512, 512)])
def test_a_smaller_view_has_a_smaller_encoder(size):
    config = dataclasses.replace(TINY, input_size=size, input_channels=1)
    model = ViewEncoder(config).model
    assert model.output.shape == (None, 2 * TINY.latent_size)
    side = layers_of(model, layers.Flatten)[0].input.shape[1:3]
    assert 8 <= min(side) <= 16, side


def test_latents_are_uniform_from_0_to_1_without_an_encoder_and_normal_with_one():
    config = dataclasses.replace(PLAIN, latent_size=200, channels=1, image_size=16, kind="voxels")
    latents = build(config).draw(rng_for(0, "noise"), 500)["latent"]
    assert latents.min() >= 0 and latents.max() < 1
    assert (latents.mean(), latents.var()) == pytest.approx((0.5, 1 / 12), abs=0.01)
    drawn = build(settled(TINY)).draw(rng_for(0, "noise"), 2000)
    for name in ("latent", "noise"):
        assert (drawn[name].mean(), drawn[name].var()) == pytest.approx((0, 1), abs=0.05)
    assert not np.array_equal(drawn["latent"], drawn["noise"])
    with pytest.raises(Refused, match="--prior unit: with --encoder legal is normal"):
        dataclasses.replace(TINY, prior="unit").check()


# --- the gate ---


@pytest.mark.parametrize(("last", "moves"), [(0.0, True), (0.8, True), (0.8125, False)])
def test_the_discriminator_waits_where_it_was_right_too_often(last, moves):
    """Weights and optimizer, its moments and count; what it was right about is known anyhow."""
    config = settled(PLAIN)
    trainer = build(config)
    discriminator = trainer.discriminator
    discriminator.accuracy.assign(last)
    batch = real_batch(trainer, config)
    fake = trainer.generator.frozen(batch)
    moved = [*discriminator.trainable_variables, *discriminator.optimizer.variables]
    before = [np.array(v) for v in moved]
    logits = [np.array(discriminator.frozen({"sample": x})) for x in (batch["real"], fake)]
    logs = discriminator.trainModel(batch, fake)
    assert any((np.array(v) != b).any() for v, b in zip(moved, before, strict=True)) == moves
    # Real and fake shapes count alike.
    right = np.mean([(logits[0] > 0).mean(), (logits[1] <= 0).mean()])
    assert float(discriminator.accuracy) == pytest.approx(right)
    assert float(logs["discriminator/accuracy"]) == pytest.approx(right)
    assert float(logs["discriminator/updated"]) == moves
    assert any(v is discriminator.accuracy for v in discriminator.state()["discriminator_buffers"])


def test_the_rate_falls_while_the_gate_is_closed():
    """It goes by the batches; Adam's own count, which its moments need, by the updates."""
    config = settled(dataclasses.replace(PLAIN, decay_from=1, decay_steps=4))
    discriminator = build(config).discriminator
    grids = np.zeros((4, 16, 16, 16, 1), np.float32)
    rates = []
    for _ in range(6):
        rates.append(float(discriminator.optimizer.learning_rate) / config.discriminator_rate)
        discriminator.accuracy.assign(1.0)
        discriminator.trainModel({"real": 1 + grids}, grids)
    assert rates == pytest.approx([1, 1, 0.855, 0.505, 0.155, 0.01], abs=1e-3)
    assert int(discriminator.optimizer.iterations) == 0
    assert float(discriminator.age) == 6


def test_a_mirror_puts_an_asymmetry_within_reach_of_one_filter():
    """Side by side, a shape less its mirror image is nothing where left and right are alike."""
    trainer = build(settled(dataclasses.replace(PLAIN, mirror=True)))
    model = trainer.discriminator.model
    first = layers_of(model, layers.Conv3D)[0]
    kernel = np.zeros(first.kernel.shape, np.float32)
    kernel[1, 1, 1, 0], kernel[1, 1, 1, 1] = 1, -1
    first.kernel.assign(kernel)
    seen = keras.Model(model.input, first.output)
    rng = np.random.default_rng(0)
    half = rng.integers(0, 2, (1, 8, 16, 16, 1)).astype(np.float32)
    even = np.concatenate([half, half[:, ::-1]], axis=1)
    assert np.abs(seen(even)).max() == 0 < np.abs(seen(np.roll(even, 3, axis=1))).max()
    before = np.array(first.kernel)
    trainer.train_step(real_batch(trainer, trainer.config))
    assert (np.array(first.kernel) != before).any()
    # The plain network's filters have one channel to look at.
    plain = build(settled(PLAIN)).discriminator
    assert layers_of(plain.model, layers.Conv3D)[0].kernel.shape[3] == 1


def test_least_squares_are_told_apart_half_way():
    """Real shapes are drawn to 1 there, and fake ones to 0."""
    config = settled(dataclasses.replace(PLAIN, loss="least-squares"))
    discriminator = build(config).discriminator
    discriminator.observe(np.float32([[1.0], [0.4]]), np.float32([[0.0], [0.3]]))
    assert float(discriminator.logged["accuracy"]) == 0.75


def real_batch(trainer, config):
    source = data.find(config.data)
    loaded = config.training_set(source.load("train", config.image_size, 24, 0))
    return batch_of(trainer, loaded, trainer.phases()[-1])


def test_without_a_gate_it_never_waits():
    config = settled(dataclasses.replace(PLAIN, gate=1.0))
    discriminator = build(config).discriminator
    discriminator.accuracy.assign(1.0)
    kernel = discriminator.trainable_variables[0]
    before = np.array(kernel)
    batch = {"real": np.ones((4, 16, 16, 16, 1), np.float32)}
    discriminator.trainModel(batch, np.zeros((4, 16, 16, 16, 1), np.float32))
    assert (np.array(kernel) != before).any()


def test_two_devices_pass_the_gate_together():
    """By what all of the batch tells: a device alone would decide otherwise."""
    code, out, err = called("tests.recipes.voxel_gate", cwd=ROOT)
    assert code == 0, err[-3000:]
    found = json.loads(out.splitlines()[-1])
    assert found["moved"] == {"0.8": [True, True], "0.81": [False, False]}
    # One device was right about all of its part, the other about nothing.
    assert found["accuracy"] == [0.5, 0.5]


# --- the losses of the encoder ---


def test_the_papers_distance_is_a_norm_and_not_its_square():
    config = dataclasses.replace(TINY, reconstruction="distance", reconstruction_weight=2.0)
    real, zero = np.ones((2, 8, 8, 8, 1), np.float32), np.zeros((2, 8, 8, 8, 1), np.float32)
    assert float(reconstruction(real, zero, config)) == pytest.approx(2 * 512**0.5)
    value = keras.Variable(real)
    with backend.tape() as tape:
        none = reconstruction(real, value.value, config)
    assert np.isfinite(np.array(tape.gradient(none, value.value))).all()


def test_the_cross_entropy_weighs_what_is_occupied():
    config = dataclasses.replace(TINY, occupied_weight=0.9, reconstruction_weight=10.0)
    real = np.zeros((1, 2, 2, 2, 1), np.float32)
    real[0, 0, 0, 0] = 1
    half = np.full(real.shape, 0.25, np.float32)
    wanted = -10 * (0.9 * np.log(0.25) + 7 * 0.1 * np.log(0.75)) / 8
    assert float(reconstruction(real, half, config)) == pytest.approx(wanted, rel=1e-5)
    assert np.isfinite(float(reconstruction(real, 1 - real, config)))


def test_without_weights_the_best_guess_is_the_empty_grid():
    """One grid for all shapes, as of a decoder that sees nothing, learned either way."""
    shapes = open_world("furniture").world.draw(np.arange(60), 16).samples.astype(np.float32)
    occupied = {}
    for share in (0.5, 0.9):
        config = dataclasses.replace(TINY, occupied_weight=share, reconstruction_weight=1.0)
        grid = keras.Variable(np.zeros((1, 16, 16, 16, 1), np.float32))
        optimizer = keras.optimizers.Adam(0.5)
        for _ in range(40):
            with backend.tape() as tape:
                guess = keras.ops.broadcast_to(keras.ops.sigmoid(grid), shapes.shape)
                loss = reconstruction(shapes, guess, config)
            optimizer.apply(tape.gradient(loss, [grid.value]), [grid])
        occupied[share] = float((np.array(grid) > 0).mean())
    assert occupied[0.5] < 0.25 * shapes.mean() < shapes.mean() < occupied[0.9], occupied


# --- 3D-VAE-GAN ---


def test_a_step_updates_each_network_by_its_own_terms():
    config = settled(TINY)
    trainer = build(config)
    logs = trainer.train_step(real_batch(trainer, config))
    assert set(logs) == {
        *("generator/adversarial", "generator/reconstruction"),
        *("encoder/reconstruction", "encoder/divergence"),
        *("discriminator/adversarial", "discriminator/pairwise_accuracy"),
        *("discriminator/accuracy", "discriminator/updated"),
    }
    # Both follow from the same prediction.
    assert float(logs["generator/reconstruction"]) == float(logs["encoder/reconstruction"])


def test_encoder_and_decoder_learn_from_what_is_predicted(monkeypatch):
    """By gradients of one loss: without its divergence the encoder has no other."""
    config = settled(dataclasses.replace(TINY, divergence_weight=0.0))
    trainer, found = build(config), {}
    batch, generator, encoder = real_batch(trainer, config), trainer.generator, trainer.encoder
    for network in trainer.networks:
        monkeypatch.setattr(network, "update", lambda g, n=network.name: found.update({n: g}))
    trainer.train_step(batch)
    with backend.tape() as tape:
        predicted = generator({"latent": drawn_from(encoder(batch), batch["noise"])})
        given = batch, generator(batch), trainer.discriminator, predicted
        loss = sum(generator.lossFunction(*given).values())
    networks = (generator, encoder)
    wanted = tape.gradient(loss, [network.trainable_variables for network in networks])
    for network, gradients in zip(networks, wanted, strict=True):
        for mine, theirs in zip(found[network.name], gradients, strict=True):
            assert np.abs(theirs).max() > 0
            np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


def test_a_shape_is_predicted_from_the_mean_of_its_code():
    trainer = build(settled(TINY))
    side, channels = trainer.config.input_size[0], trainer.config.input_channels
    views = rng_for(0, "views").uniform(-1, 1, (2, side, side, channels)).astype(np.float32)
    encoder, generator = trainer.encoder.model, trainer.generator.model
    # Codes that make a difference, as after a training.
    for variable in encoder.trainable_variables + generator.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(5 * variable)
    mean, rest = (np.array(generator(half)) for half in halves(encoder(views)))
    np.testing.assert_allclose(predict(encoder, generator, views), mean, atol=1e-5)
    assert np.abs(mean - rest).max() > 1e-3


def test_from_python_with_a_set_in_memory(tmp_path, eagerly):
    """Shapes with views, another number of cells and pixels; kept, loaded, and going on."""
    drawn = open_world("furniture:views:40").world.draw(np.arange(12), 20)
    dataset = SampleSet(drawn.samples, inputs=drawn.inputs)
    config = dataclasses.replace(TINY, image_size=None, log_every=1, steps=2, sample_count=3)
    trainer = VoxelVAEGAN(config)
    trainer.trainModel(dataset, verbose=False)
    # 20 cells are padded to 32, and views stay as they are.
    assert trainer.config.sample_shape == (32, 32, 32, 1)
    assert trainer.config.input_size == (40, 40) and trainer.config.input_channels == 3
    shown = trainer.visuals(3)
    assert list(shown) == ["view", "predicted", "real", "fake"]
    assert {len(column) for column in shown.values()} == {3}
    assert trainer.sheet(shown).width == 4 * 96 + 3 * 2
    trainer.save(tmp_path / "run")
    loaded = VoxelVAEGAN.load(tmp_path / "run")
    np.testing.assert_array_equal(loaded.predicted(drawn.inputs), trainer.predicted(drawn.inputs))


def test_pictures_are_needed_to_encode_and_left_out_otherwise():
    plain = SampleSet(open_world("furniture").world.draw(np.arange(4), 16).samples)
    with pytest.raises(Refused, match="--encoder: a sample set gives shapes without views; legal"):
        VoxelVAEGAN(dataclasses.replace(TINY, image_size=None)).trainModel(plain)
    config = settled(dataclasses.replace(PLAIN, data="furniture:views"))
    loaded = data.find(config.data).load("train", 16, 4, 0)
    assert loaded.inputs is not None and config.training_set(loaded).inputs is None
    with pytest.raises(Refused, match="voxels.*this recipe learns|this recipe learns voxels"):
        Config(data="houses").adapted_to(data.find("houses"))


@pytest.mark.parametrize(("side", "legal"), [(30, 32), (32, 32), (33, 64), (20, 32), (200, 128)])
def test_grids_are_padded_to_a_side_that_doubling_reaches(side, legal, tmp_path):
    grids = np.zeros((4, side, side, side), bool)
    grids[:, 0] = True
    np.savez(tmp_path / "a.npz", voxels=grids)
    assert Config().adapted_to(data.find(str(tmp_path / "a.npz"))).image_size == legal


def test_meshes_by_name_are_voxelised_at_the_usual_side():
    """What ModelNet10 takes, which is fetched only when it is loaded."""
    assert Config().adapted_to(data.find("modelnet10")).sample_shape == (32, 32, 32, 1)


def test_settings_that_make_no_sense():
    for changes, words in (
        ({"gate": 0.4}, "--gate 0.4: legal is 0.5 to 1"),
        ({"loss": "relativistic", "gate": 0.8}, "--gate 0.8: legal with --loss relativistic is 1"),
        ({"occupied_weight": 1.5}, "--occupied-weight 1.5"),
        ({"augment": True}, "--augment: not available in this recipe"),
        ({"image_size": 48}, "--image-size 48: this network makes 16, 32, 64, 128"),
    ):
        with pytest.raises(Refused, match=words):
            dataclasses.replace(PRESETS["small"], **changes).check()
