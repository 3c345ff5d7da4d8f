import os
from pathlib import Path

# Before anything imports NumPy: its threads gain little here, what has started one cannot be
# forked from (tests/commands.py), and with two workers they would be in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from PIL import Image

from tests.commands import FORBIDDEN, ROOT, called, command, refused, run

__all__ = ["ROOT", "TINY", "called", "command", "complaints", "pictures", "refused", "run"]

# A GAN so small that two updates take milliseconds.
TINY = ["--width", "4", "--image-size", "16", "--batch-size", "8", "--pictures", "64"]
TINY += ["--sample-count", "4", "--log-every", "2", "--precision", "float32"]

# Where the slowest tests are: they begin first, so that no worker ends with one alone.
SLOWEST = ("contract", "recipes", "common")


def pytest_collection_modifyitems(config, items):
    """Say which tests one worker is to have, as they share what their fixtures train."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        part, *_ = item.path.relative_to(Path(__file__).parent).parts
        recipe = getattr(item, "callspec", None) and item.callspec.params.get("recipe")
        group = f"{part} of {recipe}" if isinstance(recipe, str) else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda i: next((n for n, p in enumerate(SLOWEST) if p in i.path.parts), 9))


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """No test touches the user's cache, or that of another worker.

    Some tests damage what is in it, and who waits for another process says so.
    """
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
        (folder / f"{name}.py").write_text(f"raise SystemExit('{FORBIDDEN}')\n")
    return folder


def complaints(err):
    """The lines of standard error that are not progress, which a slow machine adds."""
    return [line for line in err.splitlines() if not line.endswith(" s more")]


def pictures(folder, size=(40, 24), count=12):
    folder.mkdir()
    for index in range(count):
        Image.effect_noise(size, 50 + index).save(folder / f"{index}.png")
    return folder
