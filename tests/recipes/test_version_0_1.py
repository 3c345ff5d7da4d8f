"""Runs of version 0.1: infer works on them; what needs their checkpoints says that it cannot."""

import shutil

import numpy as np
import pytest
import yaml
from PIL import Image

from data.errors import Refused
from recipes.cyclegan.gan import CycleGAN
from recipes.dcgan.gan import DCGAN
from recipes.first_gan.gan import FirstGAN
from recipes.pix2pix.gan import Pix2Pix
from tests.conftest import refused
from tests.recipes.translators import here, noise_pictures

TRAINERS = {"dcgan": DCGAN, "first_gan": FirstGAN, "pix2pix": Pix2Pix, "cyclegan": CycleGAN}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module", params=TRAINERS)
def runs(request, place):
    """A recipe's name, a run of it, and the same run as version 0.1 would have written it."""
    recipe = request.param
    now, then = place / recipe, place / f"{recipe}-0.1"
    flags = ["tiny", "--precision", "float32", "--steps", 0, "--run", now]
    assert here(f"recipes.{recipe}.train", *flags) == 0
    shutil.copytree(now, then)
    facts = yaml.safe_load((then / "config.yaml").read_text(encoding="utf-8"))
    del facts["made_with"]["gan_cookbook"], facts["networks"]
    facts["config"]["spread"] = facts["config"].pop("std")
    for name in ("kind", "words"):
        del facts["config"][name]
    (then / "config.yaml").write_text(yaml.safe_dump(facts, sort_keys=False), encoding="utf-8")
    return recipe, now, then


@pytest.mark.parametrize(
    ("command", "flag"), [("train", "--resume"), ("evaluate", "--run"), ("evaluate", "--beside")]
)
def test_what_needs_a_checkpoint_is_refused(runs, place, command, flag):
    recipe, now, then = runs
    words = ["--run", now, flag, then] if flag == "--beside" else [flag, then]
    code, _, err = refused(f"recipes.{recipe}.{command}", *words, cwd=place)
    assert code == 2 and err.startswith("error: ") and err.count("\n") == 1, err
    assert f"{then} was made by version 0.1" in err and "infer still works" in err


def test_nor_is_it_loaded(runs):
    recipe, _, then = runs
    with pytest.raises(Refused, match="made by version 0.1, which this one cannot load"):
        TRAINERS[recipe].load(then)


def test_infer_still_works(runs, tmp_path, monkeypatch):
    recipe, now, then = runs
    monkeypatch.chdir(tmp_path)
    Image.fromarray(noise_pictures(1)[0]).save("given.png")
    ways = {
        "dcgan": [["--count", 4]],
        "first_gan": [["--count", 4]],
        "pix2pix": [["--input", "given.png", "--nearest-label"]],
        "cyclegan": [["--input", "given.png"], ["--input", "given.png", "--direction", "BtoA"]],
    }
    for flags in ways[recipe]:
        made = []
        for number, run in enumerate((now, then)):
            out = f"{number}.png"
            assert here(f"recipes.{recipe}.infer", "--run", run, *flags, "--out", out) == 0
            made.append(np.asarray(Image.open(out)))
        np.testing.assert_array_equal(*made)
