"""What DCGAN must hold to: Radford et al. 2016 and the authors' code for faces."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers, ops

from common import layers as blocks
from common.evaluation.scores import Scores
from data import find
from data.errors import Refused
from data.samples import SampleSet
from recipes.dcgan.config import PARAMETERS, PRESETS, Config
from recipes.dcgan.evaluate import criteria, represent
from recipes.dcgan.gan import DCGAN
from tests.recipes.translators import as_tensors, critic_round, noise_pictures

SMALL = Config(image_size=16, channels=3, width=4, batch_size=8, precision="float32")


def build(**changes):
    return DCGAN(dataclasses.replace(SMALL, **changes))


def kinds(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def paper():
    return DCGAN(dataclasses.replace(PRESETS["paper"], channels=3, precision="float32"))


def test_paper_parameter_counts():
    """Added up from the shapes in the authors' train_uncond_dcgan.py (ngf = ndf = 128)."""
    k, w = 25, 128
    seed = 8 * w * 16
    generator = 100 * seed + 2 * seed
    generator += k * (8 * w * 4 * w + 4 * w * 2 * w + 2 * w * w + w * 3) + 2 * (4 * w + 2 * w + w)
    discriminator = k * (3 * w + w * 2 * w + 2 * w * 4 * w + 4 * w * 8 * w)
    discriminator += 2 * (2 * w + 4 * w + 8 * w) + seed
    assert {"generator": generator, "discriminator": discriminator} == PARAMETERS


def test_paper_shapes_and_settings(paper):
    config = paper.config
    assert (config.latent_size, config.prior, config.batch_size) == (100, "uniform", 128)
    assert paper.generator.model.output_shape == (None, 64, 64, 3)
    assert paper.discriminator.model.output_shape == (None, 1)
    maps = [x.output.shape[1:] for x in kinds(paper.generator.model, layers.ReLU)][1:]
    assert maps == [(8, 8, 512), (16, 16, 256), (32, 32, 128)]
    for network in paper.networks:
        adam = network.optimizer
        assert isinstance(adam, keras.optimizers.Adam)
        assert float(adam.learning_rate) == pytest.approx(2e-4)
        assert (adam.beta_1, adam.beta_2) == (0.5, 0.999)
    convolutions = kinds(paper.generator.model, layers.Conv2DTranspose)
    convolutions += kinds(paper.discriminator.model, layers.Conv2D)
    assert all(c.kernel_size == (5, 5) and c.strides == (2, 2) for c in convolutions)


def test_no_batch_norm_at_the_picture():
    gan = build()
    last = gan.generator.model.layers
    assert isinstance(last[-1], layers.Activation) and last[-1].activation is keras.activations.tanh
    assert not isinstance(last[-2], layers.BatchNormalization)
    first = gan.discriminator.model.layers
    assert [type(layer) for layer in first[1:3]] == [layers.Conv2D, layers.LeakyReLU]
    assert len(kinds(gan.discriminator.model, layers.BatchNormalization)) == 1
    assert len(kinds(gan.generator.model, layers.BatchNormalization)) == 2


def test_first_weights(paper):
    for model in paper.keras_models:
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                gamma = np.array(layer.gamma)
                assert gamma.mean() == pytest.approx(1, abs=0.01)
                assert gamma.std() == pytest.approx(0.02, rel=0.2)
                assert not np.array(layer.beta).any()
                assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)
            elif layer.weights:
                assert not layer.use_bias
                kernel = np.array(layer.kernel)
                assert kernel.std() == pytest.approx(0.02, rel=0.05)
                assert abs(kernel.mean()) < 0.001


def test_leaky_relu_slope():
    for layer in kinds(build().discriminator.model, layers.LeakyReLU):
        assert float(layer(ops.convert_to_tensor([-1.0]))[0]) == pytest.approx(-0.2)


def test_real_and_fake_pass_the_discriminator_as_separate_batches(monkeypatch):
    gan, passed = build(), []
    model = gan.discriminator.model
    monkeypatch.setattr(
        type(gan.discriminator),
        "__call__",
        lambda self, batch, which=0: passed.append(batch["sample"]) or model(batch["sample"]),
    )
    real, fake = np.ones((8, 16, 16, 3), np.float32), np.zeros((8, 16, 16, 3), np.float32)
    gan.discriminator.lossFunction({"real": real}, fake)
    assert [x.shape[0] for x in passed] == [8, 8]
    assert passed[0] is real and passed[1] is fake


def response(block, position):
    """Rows of a block's output that a single lit pixel in row `position` of 16 reaches."""
    picture = keras.Input((16, 16, 1))
    model = keras.Model(picture, block(picture))
    model.set_weights([np.ones_like(w) for w in model.get_weights()])
    lit = np.zeros((1, 16, 16, 1), np.float32)
    lit[0, position, 8] = 1
    return list(np.flatnonzero(np.array(model(lit))[0].sum(axis=(1, 2))))


@pytest.mark.parametrize(("kernel", "front"), [(3, 1), (4, 1), (5, 2)])
@pytest.mark.parametrize("position", [0, 7, 15])
def test_padding_is_that_of_the_papers_code(kernel, front, position):
    """Padded by (k - 1)//2 in front, as Theano and torch do; "same" pads one less for odd k.

    Row o of a convolution with stride 2 sees the rows 2o - front … 2o - front + k - 1; the
    transposed convolution is its mirror image.
    """
    below = [o for o in range(8) if 0 <= position - (2 * o - front) < kernel]
    assert response(lambda x: blocks.downsample(x, 1, kernel), position) == below
    above = [o for o in range(32) if 0 <= o - (2 * position - front) < kernel]
    assert response(lambda x: blocks.upsample(x, 1, kernel), position) == above


@pytest.mark.parametrize("size", Config().legal_sizes())
def test_every_legal_size_builds(size):
    gan = build(image_size=size, width=1, channels=1, averaging=0.0)
    assert gan.generator.model.output_shape == (None, size, size, 1)
    assert gan.discriminator.model.input_shape == (None, size, size, 1)


@pytest.mark.parametrize(
    ("size", "nearest"), [(63, "48, 56, 64, 80"), (300, "224, 256"), (1, "8, 10")]
)
def test_other_sizes_are_refused_with_the_nearest_legal_ones(size, nearest):
    with pytest.raises(Refused, match=f"--image-size {size}.*makes {nearest}"):
        dataclasses.replace(SMALL, image_size=size).check()


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": -1},
        {"batch_size": 0},
        {"averaging": 1.0},
        {"generator_rate": -0.1},
        {"r1": 1.0, "gradient_penalty": 1.0},
        {"kernel": 1},
        {"seed": 2**32},
        {"r1": float("inf")},
        {"sample_count": 5000},
        {"loss": "wasserstein"},
    ],
)
def test_values_that_cannot_be_are_refused(changes):
    with pytest.raises(Refused, match="legal (is|with)"):
        dataclasses.replace(SMALL, **changes).check()


@pytest.mark.parametrize(
    "changes", [{"r1": 1.0}, {"r2": 1.0}, {"gradient_penalty": 10.0}, {"spectral_norm": True}]
)
def test_a_penalty_does_without_batch_norm(changes):
    model = build(**changes).discriminator.model
    assert not kinds(model, layers.BatchNormalization)
    assert all(layer.use_bias for layer in kinds(model, layers.Conv2D))


@pytest.mark.parametrize("upsampling", ["transposed", "resize"])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_pictures_are_float32_within_range(upsampling, precision):
    gan = build(upsampling=upsampling, precision=precision)
    fake = gan.generator({"latent": np.random.default_rng(0).normal(size=(4, 100)) * 50})
    assert fake.dtype == "float32" and np.abs(np.array(fake)).max() <= 1
    with gan.average.ema_models() as (shown,):
        assert all(layer.compute_dtype == "float32" for layer in shown.layers)


def houses(count):
    return find("houses").load("train", 16, count, 0).samples


def test_pretraining_teaches_the_discriminator():
    images = houses(200)
    batch = as_tensors({"real": images[:64]})
    losses = []
    for steps in (0, 60):
        gan = build(pretrain_discriminator=steps, steps=0, batch_size=32)
        assert gan.step == -steps
        gan.trainModel(images, verbose=False)
        assert gan.step == 0
        fake = gan.generator.frozen(gan.fixed(64))
        losses.append(float(gan.discriminator.lossFunction(batch, fake)["adversarial"]))
    assert losses[1] < 0.8 * losses[0]


def test_each_critic_step_sees_new_samples():
    """Pictures and latents; the generator learns from the last."""
    gan = build(critic_steps=3)
    given = critic_round(gan, SampleSet(noise_pictures(48, (16, 16))))
    assert gan.phases()[-1].parts == 3 and len(given["generator"]) == 1
    assert len(given["discriminator"]) == 3
    for name in ("real", "latent"):
        seen = {row.tobytes() for batch in given["discriminator"] for row in batch[name]}
        assert len(seen) == 3 * 8, name
        np.testing.assert_array_equal(given["generator"][0][name], given["discriminator"][-1][name])


def test_a_short_training_leaves_noise_behind():
    """Seconds are no training, but the mean picture and the spread must move to the data's."""
    images = houses(500)
    real = images / 127.5 - 1
    gan = build(steps=800, width=16, batch_size=16, averaging=0.9)

    def distance():
        shown = gan.sample(64)
        return np.abs(shown.mean(0) - real.mean(0)).mean() + abs(shown.std(0) - real.std(0)).mean()

    before = distance()
    gan.trainModel(images, verbose=False)
    assert distance() < 0.5 * before


@pytest.mark.parametrize(
    ("spec", "size", "channels"),
    [("digits", 32, 1), ("stacked_digits", 32, 3), ("houses", 40, 3), ("facades", 40, 3)],
)
def test_it_learns_any_world_of_pictures_at_the_size_that_suits(spec, size, channels):
    source = find(spec)
    config = dataclasses.replace(PRESETS["tiny"], data=spec, image_size=None, precision="float32")
    config = config.adapted_to(source)
    assert (config.image_size, config.channels) == (size, channels)
    gan = DCGAN(config)
    learned = config.training_set(source.load("train", size, 8, 0))
    logs = gan.train_step(as_tensors(gan._batches(learned, gan.phases()[-1])(0)))
    assert all(np.isfinite(float(value)) for value in logs.values())


def test_a_world_whose_usual_size_the_network_cannot_make(monkeypatch):
    source = find("digits")
    monkeypatch.setattr(source, "usual_size", 33)
    assert PRESETS["small"].adapted_to(source).image_size == Config.world_size


@pytest.mark.parametrize(("size", "numbers"), [(8, 64), (14, 64), (16, 192)])
def test_what_the_discriminator_makes_of_small_pictures(size, numbers):
    """One row a picture, also where it has a single map (of 4 channels, pooled to 4×4)."""
    gan = DCGAN(Config(image_size=size, channels=1, width=4, precision="float32"))
    features = represent(gan, np.zeros((7, size, size, 1), np.uint8))
    assert features.shape == (7, numbers)


def test_criteria_of_labels_and_of_a_thousand_modes():
    """Nine modes in ten of the stacked digits; a probe that errs a third less than its controls."""
    measures = dict.fromkeys(("probe error", "modes", "divergence"), "")
    scores = Scores({}, {}, measures, {})
    found = [str(each) for each in criteria(Config(data="stacked_digits"), scores)]
    assert found[-2:] == ["modes ≥ 900", "divergence ≤ 0.5"]
    assert "probe error ≤ 0.7 × untrained" in found and "probe error ≤ 0.7 × pixels" in found
    assert not [
        name for name in map(str, criteria(Config(data="mnist"), scores)) if "modes" in name
    ]
    none = [str(each) for each in criteria(Config(data="stacked_digits"), Scores({}, {}, {}, {}))]
    assert not [name for name in none if "modes" in name or "probe" in name]
