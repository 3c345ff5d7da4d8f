"""Pix2Pix held to its paper."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from common.batches import Batches, rng_for
from common.machine import backend
from common.translation.translate import Translator, dice_of
from data.errors import Refused
from data.jitter import Jitter
from data.samples import SampleSet
from recipes.pix2pix.config import PRESETS
from recipes.pix2pix.noise import dropout
from recipes.pix2pix.train import build
from tests.recipes.translators import batch_of, built, pairs, parameters, same, tiny, values

SMALL = PRESETS["small"]


@pytest.fixture
def gan():
    return built(build, tiny(SMALL))


def test_parameters_of_the_paper():
    paper = dataclasses.replace(PRESETS["paper"], channels=3, input_channels=3)
    gan = built(build, paper)
    assert parameters(gan.generator.model) == 54_413_955
    assert parameters(gan.discriminator.model) == 2_768_705
    assert gan.generator.model.count_params() == 54_413_955, "nothing that training moves alone"


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.loaded_size, paper.batch_size) == (256, 286, 1)
    assert (paper.generator_rate, paper.beta_1, paper.l1, paper.dropout) == (2e-4, 0.5, 100, 0.5)
    assert paper.flip and paper.patch_layers == 3 and paper.levels == 8


def test_the_encoder_ends_in_one_pixel_without_norm(gan):
    model = gan.generator.model
    downs = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    downs = [layer for layer in downs if not isinstance(layer, keras.layers.Conv2DTranspose)]
    assert len(downs) == 5 and not any(layer.use_bias for layer in downs)
    normed = {
        layer.input._keras_history.operation.name
        for layer in model.layers
        if isinstance(layer, keras.layers.GroupNormalization)
    }
    assert [layer.name in normed for layer in downs] == [False, True, True, True, False]
    whole = keras.Model(model.inputs, downs[-1].output)
    noise = dropout(gan.config, rng_for(0, "x"), 1, (32, 32))
    assert whole([np.zeros((1, 32, 32, 3)), *noise]).shape == (1, 1, 1, 32)


def test_a_flat_picture_and_bfloat16_give_no_nan():
    backend.set_up("mixed_bfloat16", 0)
    gan = build(tiny(SMALL))
    batch = batch_of(gan)
    batch["input"][:] = 1
    batch["real"][:] = -1
    logs = gan.train_step({n: ops.convert_to_tensor(v) for n, v in batch.items()})
    assert all(np.isfinite(float(value)) for value in logs.values())
    assert all(np.isfinite(v).all() for v in values(gan.generator.trainable_variables))


def test_the_noise_is_dropout_in_three_blocks(gan):
    masks = dropout(gan.config, rng_for(0, "x"), 50, (32, 64))
    assert [mask.shape[1:] for mask in masks] == [(2, 4, 32), (4, 8, 16), (8, 16, 8)]
    for mask in masks:
        assert set(np.unique(mask)) == {0.0, 2.0} and abs(mask.mean() - 1) < 0.05


def test_noise_matters_and_is_all_that_is_random(gan):
    given = np.random.default_rng(0).uniform(-1, 1, (32, 32, 3)).astype("float32")
    translate = gan.translator()
    one, again, other = (translate(given, np.random.default_rng(s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3


def test_the_same_in_training_and_afterwards(gan):
    """Batch statistics of one picture, and dropout, do not end with the training."""
    noise = dropout(gan.config, rng_for(0, "x"), 2, (32, 32))
    inputs = [np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)), *noise]
    model = gan.generator.model
    in_training = np.asarray(model(inputs, training=True))
    np.testing.assert_array_equal(in_training, np.asarray(model(inputs, training=False)))
    alone = np.asarray(model([values[:1] for values in inputs]))
    np.testing.assert_allclose(alone, in_training[:1], atol=1e-5)


def test_losses_in_closed_form(gan):
    """λ·|y − G| and −log σ(D(x, G)), with a judge that is told the input."""
    told = []

    def judge(pictures, given):
        told.append(given)
        return ops.zeros((2, 3, 3, 1))

    fake, real = ops.zeros((2, 32, 32, 3)), 0.25 * ops.ones((2, 32, 32, 3))
    terms = gan.generator.lossFunction(fake, real, judge, "the input")
    assert told == ["the input"]
    assert float(terms["l1"]) == pytest.approx(25)
    assert float(terms["adversarial"]) == pytest.approx(np.log(2), rel=1e-6)
    alone = built(build, tiny(PRESETS["l1"]))
    assert set(alone.generator.lossFunction(fake, real, judge, "x")) == {"l1"}


def test_each_player_changes_itself_alone(gan):
    batch = {n: ops.convert_to_tensor(v) for n, v in batch_of(gan).items()}
    real, (given,) = batch["real"], gan.condition(batch)
    fake = gan.generator(*gan.given(batch))
    generator = values(gan.generator.trainable_variables)
    gan.discriminator.trainModel(real, ops.stop_gradient(fake), given)
    assert same(generator, values(gan.generator.trainable_variables))
    discriminator = values(v for m in gan.discriminator.models for v in m.variables)
    with backend.tape() as forward:
        fake = gan.generator(*gan.given(batch))
    gan.generator.trainModel(fake, real, gan.discriminator.frozen, given, tape=forward)
    assert same(discriminator, values(v for m in gan.discriminator.models for v in m.variables))
    assert not same(generator, values(gan.generator.trainable_variables))


def test_the_judge_looks_at_the_input(gan):
    batch = batch_of(gan)
    one = np.asarray(gan.discriminator(batch["real"], batch["input"]))
    other = np.asarray(gan.discriminator(batch["real"], batch["input"][::-1].copy()))
    assert np.abs(one - other).max() > 1e-3


def test_pairs_are_jittered_alike():
    """A picture that is its own input must stay so; pairs jittered apart would not."""
    images = np.random.default_rng(0).integers(0, 256, (6, 36, 36, 3), np.uint8)
    batches = Batches(SampleSet(images, {}, images), 3, 0, lambda *_: {}, Jitter(0.125, True), 32)
    drawn = [batches(step) for step in range(4)]
    for batch in drawn:
        np.testing.assert_array_equal(batch["real"], batch["input"])
    centre = images[:, 2:34, 2:34]
    assert any(not (batch["real"][0] == centre).all((1, 2, 3)).any() for batch in drawn)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image_size": 100}, "64, 96, 128, 160"),
        ({"image_size": (64, 100)}, "64 100.*64, 96, 128, 160.*of 100"),
        ({"image_size": 96, "depth": 6}, "64, 128"),
        ({"dropout": 1.0}, "--dropout 1.0: legal is 0 to below 1"),
        ({"l1": -1.0}, "--l1"),
        ({"depth": 9}, "--depth 9: legal is 2 to 8"),
        ({"depth": 2, "image_size": 8}, "makes 12, 16"),
    ],
)
def test_illegal_settings(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(SMALL, **changes).check()


def test_any_legal_height_and_width():
    config = tiny(SMALL, image_size=(32, 96))
    config.check()
    gan = built(build, config)
    batch = {n: ops.convert_to_tensor(v) for n, v in batch_of(gan).items()}
    assert batch["real"].shape == (2, 32, 96, 3)
    assert np.isfinite(float(gan.train_step(batch)["generator/l1"]))


def test_one_channel_in_and_three_out():
    gan = built(build, tiny(SMALL, input_channels=1))
    made = gan.translator().all(np.zeros((1, 40, 33, 1), np.uint8))
    assert made.shape == (1, 40, 33, 3)


@pytest.mark.parametrize("size", [(20, 20), (30, 100), (96, 96), (33, 200), (1, 70)])
def test_pictures_of_any_size_pass(size):
    """64 pixels are halved six times, more often than legal sizes must be."""
    config = tiny(SMALL, image_size=64)
    assert (config.multiple, config.padded_to) == (32, 64)
    gan = built(build, config)
    network, noise = gan.generator.model, gan.noise_of()
    for tile in (None, (64, 64)):
        translator = Translator(network, config.padded_to, noise, tile)
        made = translator(np.zeros((*size, 3), np.float32), dice_of(0, 0))
        assert made.shape == (*size, 3) and np.isfinite(made).all()


def test_a_plain_load_gives_the_same_picture(gan, tmp_path):
    """Built-in layers alone: whoever has Keras, and the noise, has the generator."""
    with gan.average.ema_models() as (shown,):
        shown.save(tmp_path / "generator.keras")
    loaded = keras.saving.load_model(tmp_path / "generator.keras", safe_mode=True)
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    picture = np.random.default_rng(0).uniform(-1, 1, (32, 32, 3)).astype("float32")
    noise = dropout(gan.config, np.random.default_rng(5), 1, (32, 32))
    made = gan.translator()(picture, np.random.default_rng(5))
    np.testing.assert_array_equal(np.asarray(loaded([picture[None], *noise]))[0], made)
    assert isinstance(gan.translator(), Translator)


def test_it_learns(tmp_path):
    """Two pairs by heart: the distance falls to a fraction."""
    gan = built(build, tiny(SMALL, steps=60, width=8, generator_rate=2e-3, dropout=0.0))
    dataset = pairs(2)
    gan.examples = dataset
    before = np.abs(gan.show(2) - gan.wanted()).mean()
    gan.trainModel(dataset)
    assert np.abs(gan.show(2) - gan.wanted()).mean() < 0.7 * before
