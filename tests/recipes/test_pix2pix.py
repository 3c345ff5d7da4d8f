"""Pix2Pix held to its paper."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from common.batches import Batches, rng_for
from common.network import named_inputs
from common.translation.translate import Translator, at_inference, rng_for_picture
from data.errors import Refused
from data.samples import SampleSet
from recipes.pix2pix.config import PRESETS
from recipes.pix2pix.noise import dropout
from recipes.pix2pix.train import build
from tests.recipes.translators import batch_of, pairs, parameters, tiny, values

SMALL = PRESETS["small"]


@pytest.fixture(scope="module")
def gan():
    """Networks that no test trains."""
    return build(tiny(SMALL))


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.loaded_size, paper.batch_size) == (256, 286, 1)
    assert (paper.generator_rate, paper.beta_1, paper.l1, paper.dropout) == (2e-4, 0.5, 100, 0.5)
    assert paper.flip and paper.patch_layers == 3 and paper.halvings == 8


def test_nothing_but_training_moves_the_generator(gan):
    """It has no batch statistics, and no seeds."""
    assert gan.generator.model.count_params() == parameters(gan.generator.model)


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
    assert whole(named_inputs(model, batch_of(gan))).shape == (2, 1, 1, 32)


def test_a_flat_picture_and_bfloat16_give_no_nan():
    gan = build(tiny(SMALL, precision="mixed_bfloat16"))
    batch = batch_of(gan)
    logs = gan.train_step(
        batch | {"input": ops.ones_like(batch["input"]), "real": -ops.ones_like(batch["real"])}
    )
    assert all(np.isfinite(float(value)) for value in logs.values())
    assert all(np.isfinite(v).all() for v in values(gan.generator.trainable_variables))


def test_the_noise_is_dropout_in_three_blocks(gan):
    masks = dropout(gan.config, rng_for(0, "x"), 50, (32, 64))
    shapes = {name: mask.shape[1:] for name, mask in masks.items()}
    assert shapes == {"noise_1": (2, 4, 32), "noise_2": (4, 8, 16), "noise_3": (8, 16, 8)}
    assert {"input", *shapes} == {tensor.name for tensor in gan.generator.model.inputs}
    for mask in masks.values():
        assert set(np.unique(mask)) == {0.0, 2.0} and abs(mask.mean() - 1) < 0.05


def test_noise_matters_and_is_all_that_is_random(gan):
    given = np.random.default_rng(0).uniform(-1, 1, (32, 32, 3)).astype("float32")
    translate = gan.translator()
    one, again, other = (translate(given, np.random.default_rng(s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3


def test_the_same_in_training_and_afterwards(gan):
    """Statistics of one picture, and dropout, do not end with the training."""
    batch, model = batch_of(gan), gan.generator.model
    in_training = np.asarray(gan.generator(batch))
    afterwards = np.asarray(model(named_inputs(model, batch), training=False))
    np.testing.assert_array_equal(in_training, afterwards)
    alone = named_inputs(model, {name: values[:1] for name, values in batch.items()})
    np.testing.assert_allclose(np.asarray(model(alone)), in_training[:1], atol=1e-5)


def test_losses_in_closed_form(gan):
    """λ·|y − G| and −log σ(D(x, G)), with a discriminator that is told the input."""
    told = []

    class Undecided:
        def logits(self, samples, batch, frozen):
            told.append((batch["input"], frozen))
            return ops.zeros((2, 3, 3, 1))

    fake = ops.zeros((2, 32, 32, 3))
    batch = {"real": 0.25 * ops.ones((2, 32, 32, 3)), "input": "the input"}
    terms = gan.generator.lossFunction(batch, fake, Undecided())
    assert told == [("the input", True)]
    assert float(terms["l1"]) == pytest.approx(25)
    assert float(terms["adversarial"]) == pytest.approx(np.log(2), rel=1e-6)
    alone = build(tiny(PRESETS["l1"]))
    assert set(alone.generator.lossFunction(batch, fake, Undecided())) == {"l1"}


def test_the_discriminator_looks_at_the_input(gan):
    batch = batch_of(gan)
    turned = batch | {"input": ops.flip(batch["input"], axis=0)}
    one, other = (gan.discriminator.logits(batch["real"], told) for told in (batch, turned))
    assert np.abs(np.asarray(one) - np.asarray(other)).max() > 1e-3


def test_pairs_are_jittered_alike():
    """A picture that is its own input must stay so; pairs jittered apart would not."""
    images = np.random.default_rng(0).integers(0, 256, (6, 36, 36, 3), np.uint8)
    config = tiny(SMALL, batch_size=3, jitter=0.125, flip=True)
    assert config.loaded_size == 36
    batches = Batches(SampleSet(images, {}, images), config)
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
    gan = build(config)
    batch = batch_of(gan)
    assert batch["real"].shape == (2, 32, 96, 3)
    assert np.isfinite(float(gan.train_step(batch)["generator/l1"]))


def test_one_channel_in_and_three_out():
    gan = build(tiny(SMALL, input_channels=1))
    made = gan.translator().all(np.zeros((1, 40, 33, 1), np.uint8))
    assert made.shape == (1, 40, 33, 3)


@pytest.fixture(scope="module")
def larger():
    return build(tiny(SMALL, image_size=64))


@pytest.mark.parametrize("size", [(20, 20), (30, 100), (96, 96), (33, 200), (1, 70)])
def test_pictures_of_any_size_pass(larger, size):
    """64 pixels are halved six times, more often than legal sizes must be."""
    config = larger.config
    assert (config.multiple, config.padded_to) == (32, 64)
    network = at_inference(larger.generator.model)
    for tile in (None, (64, 64)):
        translate = Translator(network, config.padded_to, larger.extra(), tile)
        made = translate(np.zeros((*size, 3), np.float32), rng_for_picture(0, 0))
        assert made.shape == (*size, 3) and np.isfinite(made).all()


def test_it_learns():
    """Two pairs by heart: the distance falls to a fraction."""
    gan = build(tiny(SMALL, steps=60, width=8, depth=3, generator_rate=2e-3, dropout=0.0))
    gan.examples = dataset = pairs(2)

    def distance():
        return np.abs(gan.visuals(2)["fake"] - gan.real_samples()).mean()

    before = distance()
    gan.trainModel(dataset, verbose=False)
    assert distance() < 0.7 * before
