"""What a user's keras.json and environment say changes no number, and is told of."""

import json
import os
import subprocess
import sys

import keras
import pytest

from common.machine import backend, keras_settings  # noqa: F401
from data.errors import EnvironmentFailure, Refused
from tests.conftest import ROOT, run

OTHER = {"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.01}
SCRIPT = """
from recipes.dcgan.generator import DCGANGenerator
import keras.config as found
from recipes.dcgan.gan import DCGAN
print(found.backend(), found.floatx(), found.epsilon(), found.image_data_format())
print(found.max_steps_per_epoch(), DCGAN().config.latent_size)
"""


def test_a_script_computes_with_what_is_needed_and_prints_one_line(tmp_path):
    """TensorFlow's own lines are kept off the terminal, whoever imports it first."""
    (tmp_path / "keras.json").write_text(json.dumps(OTHER | {"backend": "jax"}))
    own = {"KERAS_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "KERAS_MAX_STEPS_PER_EPOCH": "2"}
    inherited = {n: v for n, v in os.environ.items() if n not in ("KERAS_BACKEND", *own)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        **{"cwd": tmp_path, "env": inherited | own, "capture_output": True, "text": True},
    )
    assert done.stdout.strip() == "tensorflow float32 1e-07 channels_last\nNone 100", done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("note: Keras' own settings do not hold here: floatx float16 (here ")
    assert "max_steps_per_epoch 2 (here None)" in line and "backend jax (here tensorflow)" in line


def test_settings_are_set_and_told_once(capsys):
    before = {name: getattr(keras.config, name)() for name in keras_settings.NEEDED}
    assert before == keras_settings.NEEDED
    for name, value in (OTHER | {"max_epochs": 1}).items():
        getattr(keras.config, f"set_{name}")(value)
    keras_settings.settle(keras, {})
    assert {name: getattr(keras.config, name)() for name in before} == before
    assert "floatx float16 (here float32)" in capsys.readouterr().err
    keras_settings.settle(keras, {})
    assert not capsys.readouterr().err


def test_another_backend_is_named(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ImportError, match="imported for jax.* KERAS_BACKEND=tensorflow"):
        keras_settings.settle(keras, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"floatx": "float8"}', "floatx float8: legal are float16"),
        ('{"floatx": ["float32"]}', "floatx .*: legal are"),
        ('{"image_data_format": "NCHW"}', "legal are channels_last"),
        ('{"epsilon": 1}', "epsilon 1: legal is a number such as 1e-07"),
        ("[1]", "holds no settings of Keras"),
    ],
)
def test_settings_that_keras_cannot_be_imported_with(tmp_path, monkeypatch, text, words):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text(text)
    with pytest.raises(Refused, match=words) as no:
        keras_settings.check_file()
    assert str(tmp_path / "keras.json") in str(no.value)


def test_settings_that_are_harmless(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "nowhere"))
    assert keras_settings.check_file() == {}
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text("{")
    assert keras_settings.check_file() == {}
    (tmp_path / "keras.json").write_text(json.dumps(OTHER))
    assert keras_settings.check_file() == OTHER
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "many")
    with pytest.raises(Refused, match="KERAS_MAX_EPOCHS=many: legal is a whole number"):
        keras_settings.check_file()
    (tmp_path / "keras.json").unlink()
    (tmp_path / "keras.json").mkdir()
    with pytest.raises(EnvironmentFailure, match="cannot be read: Is a directory"):
        keras_settings.check_file()


def test_a_command_says_so_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text('{"floatx": "float8"}')
    code, _, err = run("recipes.first_gan.train", "tiny", "--run", "r", cwd=tmp_path)
    assert code == 2 and err.startswith(f"error: {tmp_path}/keras.json: floatx"), err
    assert err.count("\n") == 1
    assert not (tmp_path / "r").exists()
