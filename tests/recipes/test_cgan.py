"""What CGAN must hold to: Mirza and Osindero 2014, section 4.1, and its own small networks."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers, ops

from common.batches import Batches, draw_latents, rng_for
from common.commands.train import _load
from common.config import flag
from data import find
from data.errors import Refused
from data.samples import SampleSet
from recipes.cgan.config import PARAMETERS, PRESETS
from recipes.cgan.gan import CGAN
from recipes.cgan.published import Divided, RisingMomentum
from tests.recipes.translators import as_tensors

TINY = dataclasses.replace(PRESETS["tiny"], precision="float32", batch_size=8, pictures=64)
HOUSES = dataclasses.replace(TINY, data="houses", pictures=300)


def settled(config=TINY):
    return config.adapted_to(find(config.data))


def learned(config):
    loaded = find(config.data).load("train", config.image_size, config.pictures, config.seed)
    return config.training_set(loaded)


def kinds(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def paper():
    return CGAN(settled(dataclasses.replace(PRESETS["paper"], precision="float32")))


def test_paper_layer_by_layer(paper):
    """z → 200 and y → 1000, both → 1200, then 784; maxout 240×5 and 50×5, both 240×4."""
    generator, discriminator = (network.model for network in paper.networks)
    dense = kinds(generator, layers.Dense)
    assert [layer.units for layer in dense] == [200, 1000, 1200, 784]
    assert [layer.activation.__name__ for layer in dense] == ["relu"] * 3 + ["sigmoid"]
    assert [layer.input.shape[1] for layer in dense] == [100, 10, 1200, 1200]
    dense = kinds(discriminator, layers.Dense)
    assert [layer.units for layer in dense] == [240 * 5, 50 * 5, 240 * 4, 1]
    assert [layer.activation.__name__ for layer in dense] == ["linear"] * 4
    assert [layer.input.shape[1] for layer in dense] == [784, 10, 240 + 50, 240]
    pieces = [layer.target_shape for layer in kinds(discriminator, layers.Reshape)]
    assert pieces == [(240, 5), (50, 5), (240, 4)]
    for model in (generator, discriminator):
        assert [layer.rate for layer in kinds(model, layers.Dropout)] == [0.5] * 3
    assert generator.output_shape == (None, 28, 28, 1)
    assert (paper.config.batch_size, paper.config.loss) == (100, "non-saturating")


def test_paper_parameter_counts():
    generator = 100 * 200 + 200 + 10 * 1000 + 1000 + 1200 * 1200 + 1200 + 1200 * 784 + 784
    discriminator = (784 + 1) * 240 * 5 + (10 + 1) * 50 * 5 + (290 + 1) * 240 * 4 + 240 + 1
    assert {"generator": generator, "discriminator": discriminator} == PARAMETERS


def test_paper_latents_are_of_the_unit_cube(paper):
    latents = paper.fixed(500)["latent"]
    assert latents.shape == (500, 100) and 0 <= latents.min() < 0.01 and 0.99 < latents.max() < 1
    np.testing.assert_array_equal(latents[:9], draw_latents(rng_for(0, "samples"), 9, 100, "unit"))


def test_paper_pictures_are_in_our_range(paper):
    fake = np.array(paper.generator(as_tensors(paper.fixed(8))))
    assert fake.min() >= -1 and fake.max() <= 1 and fake.min() < 0 < fake.max()


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_paper_optimizer(paper, name):
    """A rate of .1, divided by 1.00004 a step down to 1e-6, and a momentum from .5 to .7."""
    optimizer = paper.networks[["generator", "discriminator"].index(name)].optimizer
    rate = Divided(0.1)
    assert float(rate(0)) == pytest.approx(0.1)
    assert float(rate(1000)) == pytest.approx(0.1 / 1.00004**1000, rel=1e-4)
    assert float(rate(287_000)) > 1e-6 == pytest.approx(float(rate(288_000)))
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    for done, momentum in ((0, 0.5), (72_000, 0.6), (144_000, 0.7), (288_000, 0.7)):
        optimizer.iterations.assign(done)
        assert float(optimizer.present_momentum()) == pytest.approx(momentum)
    optimizer.iterations.assign(0)


def test_momentum_moves_as_it_should():
    """v ← m·v − rate·g, w ← w + v, with m .5 and then .6."""
    weight = keras.Variable([1.0])
    optimizer = RisingMomentum(0.1, rises=2)
    optimizer.build([weight])
    for wanted in (1 - 0.2, 1 - 0.2 + (-0.6 * 0.2 - 0.2)):
        optimizer.apply([ops.convert_to_tensor([2.0])], [weight])
        assert float(weight[0]) == pytest.approx(wanted)


def test_more_steps_do_not_change_the_momentum_of_those_before():
    config = settled(dataclasses.replace(TINY, network="dense", steps=8))
    longer = config.changed(steps=16).adapted_to(find(config.data))
    (first, *_), (second, *_) = (CGAN(each).networks for each in (config, longer))
    for optimizer in (first.optimizer, second.optimizer):
        optimizer.iterations.assign(2)
        assert float(optimizer.present_momentum()) == pytest.approx(0.6)


def test_both_networks_are_told_the_same(monkeypatch):
    """The generator, and the discriminator of real and fake ones, in either's step."""
    config = settled()
    gan, told = CGAN(config), []
    for network in gan.networks:
        for way in ("__call__", "frozen"):
            whole = getattr(type(network), way)

            def seen(self, batch, which=0, whole=whole, way=way):
                told.append((self.name, way, np.array(batch["label"])))
                return whole(self, batch, which)

            monkeypatch.setattr(type(network), way, seen)
    batch = as_tensors(gan._batches(learned(config), gan.phases()[-1])(0))
    gan.train_step(batch)
    ways = [(name, way) for name, way, _ in told]
    assert ways == [
        ("generator", "__call__"),
        *[("discriminator", "__call__")] * 2,
        ("discriminator", "frozen"),
    ]
    assert all(np.array_equal(label, batch["label"]) for _, _, label in told)


def test_labels_are_those_of_the_pictures():
    config = settled()
    data, gan = learned(config), CGAN(config)
    batch = gan._batches(data, gan.phases()[-1])(3)
    for picture, label in zip(batch["real"], batch["label"], strict=True):
        (found,) = np.flatnonzero((data.samples == picture).all((1, 2, 3)))
        assert data.factors["label"][found] == label
    assert set(batch) == {"real", "label", "latent", "instance_noise"}


def test_the_discriminator_s_logit_is_a_projection():
    """D(x, a) − D(x, b) = (V_a − V_b)·φ(x), for values of each condition by itself."""
    gan = CGAN(settled(HOUSES))
    model = gan.discriminator.model
    logit, project = sorted(kinds(model, layers.Dense), key=lambda layer: layer.units)
    pictures = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 3)).astype("float32")
    seen = keras.Model(model.inputs[0], logit.input)(pictures)
    told = {name: np.zeros(3, np.int32) for name in gan.config.conditions}

    def answer(**changes):
        batch = told | {n: np.full(3, v, np.int32) for n, v in changes.items()}
        return np.array(model([pictures, *batch.values()]))[:, 0]

    rows, start = np.array(seen @ project.kernel), 0
    for name, size in gan.config.condition_sizes.items():
        change = answer(**{name: size - 1}) - answer()
        np.testing.assert_allclose(change, rows[:, start + size - 1] - rows[:, start], atol=1e-5)
        start += size
    assert start == rows.shape[1] == 24


def test_words_reach_the_generator():
    gan = CGAN(settled(HOUSES))
    one, *others = gan.fixed(1), *gan.config.conditions
    before = gan.sample(one)
    for name in others:
        size = gan.config.condition_sizes[name]
        changed = one | {name: (one[name] + 1) % size}
        assert np.abs(gan.sample(changed) - before).max() > 1e-6, name


def told(config, capsys):
    """What a training says of its data."""
    _load(find(config.data), config)
    return capsys.readouterr().out


def test_what_is_held_out_is_in_no_batch(capsys):
    words = ("red tower", "blue winter", "flat three storeys")
    config = settled(dataclasses.replace(HOUSES, held_out=words))
    whole, data = learned(settled(HOUSES)), learned(config)
    assert 0 < len(data) < len(whole) == 300
    batches = Batches(data, config, asked=config.conditions)
    for step in range(2 * batches.per_epoch):
        batch = batches(step)
        red, blue = batch["colour"] == 2, batch["colour"] == 3
        assert not (red & (batch["tower"] == 1)).any()
        assert not (blue & (batch["season"] == 3)).any()
        assert not ((batch["roof"] == 2) & (batch["storeys"] == 2)).any()
    assert f"{len(whole) - len(data)} pictures are not learned from" in told(config, capsys)
    # Nor does a sheet of the training show it; but it can be asked for.
    known = config.informed_by(data)
    assert not known.is_held_out(known.remembered()).any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_out": ("red castle",)}, "--held-out 'castle' is no word .*white, cream, red"),
        ({"held_out": ("red",)}, '--held-out "red": legal are two words or more'),
        ({"held_out": ("red blue tower",)}, "--held-out .* two kinds of colour at once"),
        ({"conditions": ("hat",)}, "--conditions hat: houses has no such factor.*colour, roof"),
        ({"conditions": ("shift",)}, "--conditions shift: houses has no such factor"),
        # The paper's optimizer has a course of its own.
        ({"network": "dense", "beta_1": 0.5}, "--beta-1: legal with --network convolutional"),
        ({"network": "dense", "decay_steps": 9}, "--decay-steps: legal with --network convol"),
    ],
)
def test_refused(changes, words):
    with pytest.raises(Refused, match=words):
        settled(dataclasses.replace(HOUSES, **changes))


def test_a_class_folder_and_arrays(tmp_path):
    """Folders are classes under their names; labels of arrays are numbers, or words."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 16, 16), np.uint8)
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number, picture in enumerate(noise[:30]):
            keras.utils.save_img(
                tmp_path / "pets" / name / f"{number}.png", picture[..., None], scale=False
            )
    labels = np.arange(60) % 3
    np.savez(tmp_path / "numbers.npz", images=noise, labels=labels)
    np.savez(tmp_path / "words.npz", images=noise, labels=np.array(["a", "b", "c"])[labels])
    wanted = {"pets": ("cats", "dogs"), "numbers.npz": ("0", "1", "2"), "words.npz": tuple("abc")}
    for name, words in wanted.items():
        config = settled(dataclasses.replace(TINY, data=str(tmp_path / name)))
        assert config.condition_words == {"label": words}, name
        gan, data = CGAN(config), learned(config)
        logs = gan.train_step(as_tensors(gan._batches(data, gan.phases()[-1])(0)))
        assert all(np.isfinite(float(value)) for value in logs.values())
    with pytest.raises(Refused, match="cats: no labels are known.*folders with a folder a class"):
        settled(dataclasses.replace(TINY, data=str(tmp_path / "pets" / "cats")))


def test_from_python(eagerly):
    pictures = np.zeros((40, 16, 16, 1), np.uint8)
    labels = np.arange(40) % 4
    gan = CGAN(dataclasses.replace(TINY, steps=2))
    gan.trainModel(SampleSet(pictures, {"label": labels}), verbose=False)
    assert gan.config.condition_sizes == {"label": 4}
    assert sorted(gan.config.combinations.split()) == sorted("0123" * 10)
    assert gan.sample(8).shape == (8, 16, 16, 1) and list(gan.fixed(5)["label"]) == [0, 1, 2, 3, 0]
    gan.config.steps = 3
    with pytest.raises(Refused, match="label 4: legal are 0 to 3"):
        gan.trainModel(SampleSet(pictures, {"label": labels + 1}), verbose=False)
    with pytest.raises(Refused, match="no 'label'"):
        gan.trainModel(pictures, verbose=False)
    with pytest.raises(Refused, match="no labels are known"):
        CGAN(TINY).trainModel(pictures, verbose=False)


def test_sheets_have_a_class_a_column():
    gan = CGAN(settled())
    assert gan.sheet_columns == 10 and list(gan.fixed(25)["label"]) == [*range(10)] * 2 + [
        *range(5)
    ]
    assert gan.sheet().width == 10 * 66 - 2
    gan = CGAN(settled(HOUSES))
    shown = gan.fixed(32)
    rows = np.stack([shown[name] for name in gan.config.conditions], 1).reshape(4, 8, -1)
    assert (
        gan.sheet_columns == 8 and (rows == rows[0]).all() and len(np.unique(rows[0], axis=0)) > 4
    )


def test_any_legal_size_of_either_network():
    for network in ("convolutional", "dense"):
        config = dataclasses.replace(TINY, network=network)
        assert 28 in config.legal_sizes() and 32 in config.legal_sizes()
        size = config.legal_sizes()[0]
        gan = CGAN(settled(dataclasses.replace(config, image_size=size, width=1)))
        assert gan.generator.model.output_shape == (None, size, size, 1), flag("network")


def test_noise_can_be_turned_off_by_one_flag():
    off = dataclasses.replace(TINY, instance_noise=0.0)
    off.check()
    with pytest.raises(Refused, match="--instance-noise-steps: legal with --instance-noise only"):
        dataclasses.replace(off, instance_noise_steps=9).check()
