"""Networks of a run folder: found, opened, and refused where they are not what they should be."""

import contextlib
import errno
import importlib
import os
import sys
import zipfile

import keras
import numpy as np
import pytest

from common.machine import backend
from common.run.folder import Run, networks_of
from common.run.loaded import LoadedRun
from data.errors import Refused
from tests.common.run_folders import (
    SETTINGS,
    LatentConfig,
    OtherConfig,
    made_of,
    pictures_from,
    run_of,
)


def test_no_checkpoint_yet(tmp_path):
    """Whatever the first network is called."""
    run = Run.create(tmp_path / "run", "toy", LatentConfig(**SETTINGS), {})
    with pytest.raises(Refused, match="has no generator.keras yet: no checkpoint was reached"):
        LoadedRun.open(run.path, "toy", LatentConfig)
    run.note(networks=["encoder", "decoder"])
    with pytest.raises(Refused, match="has no encoder.keras yet"):
        LoadedRun.open(run.path, "toy", LatentConfig)


def test_a_damaged_network(run):
    content = (run / "generator.keras").read_bytes()
    (run / "generator.keras").write_bytes(content[: len(content) // 2])
    with pytest.raises(Refused, match="generator.keras is damaged; resuming the run writes it"):
        made_of(run)


def test_a_network_that_may_not_be_read_is_not_called_damaged(run, monkeypatch):
    def forbidden(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(backend, "load_network", forbidden)
    with pytest.raises(Refused, match=r"run/generator.keras cannot be read \(Permission denied\)$"):
        made_of(run)


@pytest.mark.parametrize("kind", ["pipe", "itself", "folder"])
def test_a_second_network_that_is_no_file(run, kind):
    """To open a pipe would wait for ever."""
    Run.open(run, "toy").note(networks=["generator", "encoder"])
    file = run / "encoder.keras"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "itself":
        file.symlink_to(file)
    else:
        file.mkdir()
    with pytest.raises(Refused, match="run/encoder.keras is damaged; resuming the run writes it"):
        LoadedRun.open(run, "toy", LatentConfig).network("encoder")


def test_a_second_network_that_is_gone(run):
    """Said before TensorFlow is loaded."""
    Run.open(run, "toy").note(networks=["generator", "encoder"])
    with pytest.raises(Refused, match="run has lost its encoder.keras; resuming the run writes it"):
        LoadedRun.open(run, "toy", LatentConfig)


def test_a_configuration_of_another_network(run):
    """An edited config.yaml: legal, and not what the saved network takes."""
    file = run / "config.yaml"
    text = file.read_text()
    file.write_text(text.replace("latent_size: 5", "latent_size: 6"))
    with pytest.raises(Refused, match=r"takes latent of the shape \(5,\), and .* has \(6,\)"):
        made_of(run)
    file.write_text(text.replace("image_size: 4", "image_size: null"))
    Run.open(run, "toy").note(shapes={})
    with pytest.raises(Refused, match="config.yaml is damaged: what its data was like"):
        made_of(run)


def test_a_layer_of_code_is_not_run(run, tmp_path):
    """Neither a Lambda's code, nor a module that the file names, nor a file of words."""
    made = tmp_path / "made"
    code = eval(f"lambda x: [x, __import__('os').mkdir({str(made)!r})][0]")
    hostile = keras.Sequential([keras.Input((5,), name="latent"), keras.layers.Lambda(code)])
    made.rmdir()
    hostile.save(run / "generator.keras")
    with pytest.raises(Refused, match="generator.keras is damaged"):
        made_of(run)
    assert not made.exists()
    # The control.
    keras.saving.load_model(run / "generator.keras", safe_mode=False)
    assert made.exists()


class Average:
    """As much of `common.average.Average` as a run folder asks for."""

    def __init__(self, *models):
        self.ema_models = lambda: contextlib.nullcontext(models)


def test_a_network_of_another_run(run):
    """Of another size, or with other inputs: told apart by what the run has recorded."""
    wide = keras.Sequential([keras.Input((5,), name="latent"), keras.layers.Dense(7)])
    labelled = pictures_from("latent", "label")
    right = keras.models.load_model(run / "generator.keras")
    right.name = "generator"
    Run.open(run, "toy").note(**networks_of(Average(right)))
    assert made_of(run, count=2).samples.shape == (2, 4, 4, 1)
    for other, words in (
        (wide, r"outputs \[\[7\]\] instead of \[\[4, 4, 1\]\]"),
        (labelled, "inputs {'latent': .5., 'label': ..} instead of {'latent': .5.}"),
    ):
        other.save(run / "generator.keras")
        with pytest.raises(Refused, match=f"generator.keras is not this run's network: {words}"):
            made_of(run)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # More than can be counted: what can be, and is too much, is asked of the system for 10 s.
        (b'"units": 16', b'"units": 16000000000000000000'),
        (b'"module": "keras.layers"', b'"module": "nobody.knows"'),
        (b'"class_name": "Dense"', b'"class_name": "Dance"'),
        (b'"config": {', b'"config": ['),
    ],
)
def test_a_network_file_that_says_something_else(run, old, new):
    file = run / "generator.keras"
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts["config.json"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old, new))
    with pytest.raises(Refused, match="generator.keras is damaged"):
        made_of(run)


def test_several_networks_by_name(tmp_path):
    models = {"encoder": pictures_from("sample"), "decoder": pictures_from("latent")}
    run = run_of(tmp_path / "run", LatentConfig(**SETTINGS), **models)
    loaded = LoadedRun.open(run, "toy", LatentConfig)
    assert loaded.networks == ["encoder", "decoder"]
    assert loaded.network().inputs[0].name == "sample"
    assert loaded.network("decoder").inputs[0].name == "latent"
    assert loaded.network() is loaded.network("encoder"), "a page loads it once"


def test_layers_of_the_recipe_s_own(tmp_path, monkeypatch):
    """Keras must have met them before it can load a network; the run's user need not know."""
    package = tmp_path / "toyrecipe"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "config.py").write_text(
        "from tests.common.run_folders import LatentConfig\n"
        "class Config(LatentConfig):\n    '''Settings.'''\n"
    )
    (package / "layers.py").write_text(
        "import keras\n"
        "@keras.saving.register_keras_serializable('toyrecipe')\n"
        "class Halved(keras.layers.Layer):\n"
        "    def call(self, x):\n        return x / 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    kind = importlib.import_module("toyrecipe.config").Config
    halved = importlib.import_module("toyrecipe.layers").Halved
    model = pictures_from("latent")
    model = keras.Model(model.input, halved()(model.output))
    run = run_of(tmp_path / "run", kind(**SETTINGS), generator=model)
    expected = np.asarray(model(np.ones((1, 5))))
    # As in another process, which has not seen the layer.
    keras.saving.get_custom_objects().clear()
    del sys.modules["toyrecipe.layers"]
    loaded = LoadedRun.open(run, "toy", kind)
    np.testing.assert_array_equal(np.asarray(loaded.network()(np.ones((1, 5)))), expected)


@pytest.mark.parametrize(
    ("kind", "before", "names", "now"),
    [
        (LatentConfig, "latent", ["generator"], "latent"),
        (LatentConfig, None, ["generator"], "latent"),
        (OtherConfig, "picture", ["generator", "generator_back"], "input"),
    ],
)
def test_runs_of_version_0_1(tmp_path, kind, before, names, now):
    """They list no networks, and called what these are given otherwise, or nothing."""
    first = keras.Input((5,), name=before)
    noise = keras.Input((5,), name="noise_1")
    model = keras.Model([first, noise], first + 2 * noise)
    run = run_of(tmp_path / "run", kind(**SETTINGS), **dict.fromkeys(names, model))
    opened = Run.open(run, "toy")
    opened.facts.pop("networks")
    opened.note(made_with={"keras": "3.15.1"})
    loaded = LoadedRun.open(run, "toy", kind)
    assert loaded.networks == names
    assert [tensor.name for tensor in loaded.network().inputs] == [now, "noise_1"]
