import gc
import os
import re
import signal

# Before anything imports NumPy: its threads gain little here, what has started one cannot be
# forked from (tests/commands.py), and with two workers they would be in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# As common.machine.backend has it, which some tests import after TensorFlow.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import pytest
from PIL import Image

from tests.commands import FORBIDDEN, ROOT, called, command, refused, run, started

__all__ = ["ROOT", "TINY", "called", "command", "complaints", "pictures", "refused", "run"]
__all__ += ["started"]

# A shell that starts tests in the background has Ctrl-C ignored, and commands would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Garbage is looked for less often: among TensorFlow's objects that took a tenth of the time.
gc.set_threshold(20_000, 20, 50)

# A GAN so small that two updates take milliseconds.
TINY = ["--width", "4", "--image-size", "16", "--batch-size", "8", "--pictures", "64"]
TINY += ["--sample-count", "4", "--log-every", "2", "--precision", "float32"]

# Where the slowest tests are: they begin first, so that no worker ends with one alone.
SLOWEST = ("contract", "recipes", "common")
RECIPES = [file.parent.name for file in (ROOT / "recipes").glob("*/train.py")]


def pytest_collection_modifyitems(items):
    """Begin with the slowest; within a folder the order stays."""
    items.sort(key=lambda i: next((n for n, p in enumerate(SLOWEST) if p in i.path.parts), 9))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give all tests of a group to one worker: they share what their fixtures train.

    What xdist has for this, `--dist loadgroup`, finds no groups: pytest 9.2 keeps the ids of
    tests elsewhere than xdist 3.8 writes them to.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return ByGroup(config, log)


def group_of(nodeid):
    """A test's file; of the contract the recipe that the test is of."""
    file, _, test = nodeid.partition("::")
    if "/contract/" not in file:
        return file
    words = re.split(r"[\[\]-]", test)
    return next((f"contract of {word}" for word in words[1:] if word in RECIPES), file)


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


@pytest.fixture(scope="module")
def eagerly():
    """Steps are computed as they stand: to compile one takes longer than some dozens.

    (What is compiled is trained by every recipe's commands, tests/contract/test_commands.py.)
    """
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def no_tensorflow(tmp_path_factory):
    """A folder for PYTHONPATH in which importing TensorFlow or Keras is an error."""
    folder = tmp_path_factory.mktemp("shim")
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{FORBIDDEN}')\n")
    return folder


def complaints(err):
    """The lines of standard error that are not progress, which a slow machine adds."""
    return [line for line in err.splitlines() if not line.endswith((" s more", " …"))]


def pictures(folder, size=(40, 24), count=12):
    folder.mkdir()
    for index in range(count):
        Image.effect_noise(size, 50 + index).save(folder / f"{index}.png")
    return folder
