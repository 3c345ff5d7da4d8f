"""Recipes used from Python: sets in memory, settled, trained, kept and taken up again."""

import dataclasses
import errno

import keras
import numpy as np
import pytest
import yaml
from PIL import Image

from common.run.folder import Run
from data.errors import Refused
from data.pixels import to_pixels
from data.samples import SampleSet, UnpairedSet
from recipes.cyclegan.config import Config as CycleGANConfig
from recipes.cyclegan.gan import CycleGAN
from recipes.dcgan.config import Config as DCGANConfig
from recipes.dcgan.gan import DCGAN
from recipes.first_gan.config import Config as FirstConfig
from recipes.first_gan.gan import FirstGAN
from recipes.pix2pix.config import Config as Pix2PixConfig
from recipes.pix2pix.gan import Pix2Pix
from tests.conftest import called
from tests.recipes.translators import here, noise_pictures, pairs, unpaired

POINTS = np.random.default_rng(0).normal(size=(60, 2))
# Class, settings, data, and what is to be settled by it.
RECIPES = {
    "dcgan": (
        DCGAN,
        DCGANConfig(image_size=32, width=4, batch_size=8, averaging=0.9),
        noise_pictures(24, (40, 40), 1),
        {"kind": "pictures", "image_size": 32, "channels": 1},
    ),
    "first_gan": (
        FirstGAN,
        FirstConfig(width=8, depth=2, batch_size=16),
        POINTS,
        {"kind": "points", "channels": 2, "std": pytest.approx(POINTS.std(), rel=0.05)},
    ),
    "pix2pix": (
        Pix2Pix,
        Pix2PixConfig(image_size=32, width=4, depth=3, patch_layers=1),
        pairs(6, (40, 40), channels=1),
        {"kind": "pictures", "channels": 3, "input_channels": 1},
    ),
    "cyclegan": (
        CycleGAN,
        CycleGANConfig(image_size=32, width=4, blocks=0, patch_layers=1, pool=2),
        unpaired(6, (32, 32)),
        {"kind": "pictures", "channels": 3, "input_channels": 3},
    ),
}


def started(recipe, **changes):
    """A trainer, and what it is to learn from."""
    kind, config, dataset, _ = RECIPES[recipe]
    config = dataclasses.replace(config, precision="float32", log_every=2, **changes)
    return kind(config), dataset


@pytest.fixture(scope="module", params=RECIPES)
def trained(request, eagerly):
    """A recipe's name, its trainer after 4 steps at once, and what was recorded."""
    trainer, dataset = started(request.param, steps=4)
    return request.param, trainer, trainer.trainModel(dataset, verbose=False)


def everything(trainer):
    return {f"{n}/{i}": np.array(v) for n, vs in trainer.state().items() for i, v in enumerate(vs)}


def assert_equal(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_sizes_and_channels_are_those_of_the_data(trained):
    recipe, trainer, _ = trained
    assert started(recipe)[0].networks == ()
    for name, value in RECIPES[recipe][-1].items():
        assert getattr(trainer.config, name) == value, name
    assert isinstance(trainer.sheet(), Image.Image)


def test_what_was_logged_comes_back_by_steps(trained):
    _, trainer, history = trained
    assert isinstance(history, keras.callbacks.History) and trainer.step == 4
    assert history.epoch == [2, 4]
    assert {"generator/adversarial", "discriminator/adversarial"} <= history.history.keys()
    assert "discriminator/pairwise_accuracy" in history.history
    for values in history.history.values():
        assert len(values) == 2 and np.isfinite(values).all()


def test_a_seed_decides_whatever_was_computed_before(trained):
    recipe, _, _ = trained
    first = []
    for seed, policy in ((0, "float32"), (0, "mixed_bfloat16"), (1, "float32")):
        keras.utils.set_random_seed(len(first))
        keras.config.set_dtype_policy(policy)
        try:
            trainer, dataset = started(recipe, steps=0, seed=seed)
            trainer.trainModel(dataset, verbose=False)
        finally:
            keras.config.set_dtype_policy("float32")
        first.append(everything(trainer))
    assert_equal(*first[:2])
    assert any((first[0][name] != first[2][name]).any() for name in first[0])


@pytest.fixture(scope="module")
def kept(trained, tmp_path_factory):
    """A folder in which the same training was kept after 2 steps, and what it had come to."""
    trainer, dataset = started(trained[0], steps=2)
    trainer.trainModel(dataset, verbose=False)
    folder = tmp_path_factory.mktemp("kept") / "run"
    trainer.save(folder)
    return folder, trainer


def test_kept_and_taken_up_again_it_is_as_if_never_stopped(trained, kept):
    recipe, whole, _ = trained
    kind, _, dataset, _ = RECIPES[recipe]
    folder, before = kept
    loaded = kind.load(folder)
    assert loaded.step == 2 and loaded.config == before.config
    assert_equal(everything(loaded), everything(before))
    loaded.config.steps = 4
    history = loaded.trainModel(dataset, verbose=False)
    assert history.epoch == [4] and loaded.step == 4
    assert_equal(everything(loaded), everything(whole))


def test_infer_works_on_what_was_kept(trained, kept, tmp_path, monkeypatch):
    recipe, (folder, trainer) = trained[0], kept
    monkeypatch.chdir(tmp_path)
    program, words = f"recipes.{recipe}.infer", ["--run", folder, "--out"]
    if recipe == "dcgan":
        code, _, err = called(program, *words, "o.npz", "--count", 4, cwd=tmp_path)
        assert code == 0, err
        np.testing.assert_array_equal(np.load("o.npz")["images"], to_pixels(trainer.sample(4)))
    elif recipe == "first_gan":
        assert here(program, *words, "o.npz", "--count", 4) == 0
        np.testing.assert_array_equal(np.load("o.npz")["points"], trainer.sample(4))
    else:
        given = noise_pictures(1, (32, 32), trainer.config.input_channels, seed=9)
        Image.fromarray(given[0].squeeze()).save("i.png")
        assert here(program, *words, "o.png", "--input", "i.png") == 0
        made = to_pixels(trainer.translator().all(given))[0]
        np.testing.assert_array_equal(np.asarray(Image.open("o.png")), made)


def test_what_cannot_be_kept_taken_up_or_learned(trained, kept):
    recipe, (folder, trainer) = trained[0], kept
    kind = type(trainer)
    with pytest.raises(Refused, match=r"holds a run: go on with it, \w+\.load\('.*'\), or save to"):
        trainer.save(folder)
    with pytest.raises(Refused, match="trainModel builds them for the data"):
        started(recipe)[0].save(folder.parent / "never")
    assert not (folder.parent / "never").exists()
    other = DCGAN if kind is FirstGAN else FirstGAN
    with pytest.raises(Refused, match=f"is a run of {recipe}, not of"):
        other.load(folder)
    with pytest.raises(Refused, match="is not a run folder"):
        kind.load(folder.parent)
    wrong = np.zeros((9, 3), np.float32) if recipe == "first_gan" else np.zeros((9, 8, 8, 1), bool)
    with pytest.raises(Refused):
        trainer.trainModel(wrong, verbose=False)


def test_what_could_not_be_kept_leaves_nothing_behind(kept, tmp_path, monkeypatch):
    """Half a run could neither be loaded, nor would its place be free for another try."""
    (_, trainer), place = kept, tmp_path / "empty"
    place.mkdir()
    # What a new file system has, and what makes no place an occupied one.
    (place / "lost+found").mkdir()
    save_networks = Run.save_networks

    def full(self, average):
        save_networks(self, average)
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Run, "save_networks", full)
    for path in (place, tmp_path / "new"):
        with pytest.raises(OSError, match="no space left"):
            trainer.save(path)
    assert sorted(tmp_path.rglob("*")) == [place, place / "lost+found"]
    monkeypatch.undo()
    trainer.save(place)
    assert type(trainer).load(place).step == trainer.step


def test_a_translator_translates(trained):
    recipe, trainer, _ = trained
    if recipe in ("dcgan", "first_gan"):
        assert len(trainer.sample(3)) == 3
        return
    given = noise_pictures(2, (32, 32), trainer.config.input_channels)
    assert trainer.sample(given).shape == (2, 32, 32, 3)
    assert trainer.sample(2).shape == (2, 32, 32, 3)


def test_what_cannot_be_shown_yet_is_named(kept):
    folder, before = kept
    loaded = type(before).load(folder)
    new = type(before)(dataclasses.replace(loaded.config, channels=None))
    for ask in (new.sheet, new.sample, lambda: new.save(folder / "x")):
        with pytest.raises(Refused, match="trainModel builds them for the data"):
            ask()
    if isinstance(before, DCGAN):
        assert isinstance(loaded.sheet(), Image.Image)
        return
    with pytest.raises(Refused, match="no examples to show yet"):
        loaded.sheet()


def test_kept_again_it_is_still_known(kept, tmp_path):
    """The facts of the data, a pair's label colours among them, go along."""
    folder, before = kept
    type(before).load(folder).save(tmp_path / "again")
    one, other = (
        yaml.safe_load((place / "config.yaml").read_text())["data"]
        for place in (folder, tmp_path / "again")
    )
    assert one == other and one["fingerprint"]


def test_domains_of_fewer_channels_and_noise_on_both(eagerly):
    """From colour to grey, and back: the noise has as many channels as either needs."""
    for a, b in ((3, 1), (1, 3)):
        config = dataclasses.replace(
            RECIPES["cyclegan"][1], identity=0.0, instance_noise=0.1, steps=1, precision="float32"
        )
        sides = (SampleSet(noise_pictures(4, (32, 32), channels)) for channels in (a, b))
        gan = CycleGAN(config)
        gan.trainModel(UnpairedSet(*sides), verbose=False)
        assert (gan.config.input_channels, gan.config.channels) == (a, b) and gan.step == 1


def test_other_channels_than_it_was_built_for(trained):
    recipe, trainer, _ = trained
    other = {
        "dcgan": noise_pictures(24, (32, 32), 3),
        "pix2pix": pairs(6, (32, 32), channels=3),
        "cyclegan": SampleSet(noise_pictures(4, (32, 32), 1)),
        "first_gan": np.zeros((60, 3)),
    }[recipe]
    if recipe == "cyclegan":
        other = UnpairedSet(other, other)
    with pytest.raises(Refused, match="the networks were built for"):
        trainer.trainModel(other, verbose=False)
