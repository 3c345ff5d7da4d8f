import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent

# A GAN so small that two updates take milliseconds.
TINY = ["--width", "4", "--image-size", "16", "--batch-size", "8", "--pictures", "64"]
TINY += ["--sample-count", "4", "--log-every", "2", "--precision", "float32"]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """No test touches the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["GAN_COOKBOOK_CACHE"] = str(folder)
    # Nor does what lies in Keras' cache decide one.
    os.environ["KERAS_HOME"] = str(tmp_path_factory.mktemp("keras-home"))
    return folder


@pytest.fixture(scope="session")
def no_tensorflow(tmp_path_factory):
    """A folder for PYTHONPATH in which importing TensorFlow or Keras is an error."""
    folder = tmp_path_factory.mktemp("shim")
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise SystemExit('TENSORFLOW WAS IMPORTED')\n")
    return folder


def command(module, *arguments, cwd, path=ROOT, before=(), **options):
    """Start `python -m module arguments` as a user would; returns the process."""
    paths = os.pathsep.join(map(str, (*before, path)))
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(module, *arguments, cwd, **options):
    """Run a command to its end; returns (exit code, standard output, standard error)."""
    process = command(module, *arguments, cwd=cwd, **options)
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def complaints(err):
    """The lines of standard error that are not progress, which a slow machine adds."""
    return [line for line in err.splitlines() if not line.endswith(" s more")]


def pictures(folder, size=(40, 24), count=12):
    folder.mkdir()
    for index in range(count):
        Image.effect_noise(size, 50 + index).save(folder / f"{index}.png")
    return folder
