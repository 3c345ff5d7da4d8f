"""What is imported on a start, and what a script that uses a recipe's classes still has."""

import subprocess
import sys

import pytest

from common.machine import imports
from tests.conftest import ROOT

OURS = "from recipes.dcgan.generator import DCGANGenerator"
WANTED = "keras.wrappers.SKLearnClassifier(lambda: None, model_kwargs={})"


def told(*lines):
    """What a script prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_keras_wraps_is_not_imported_with_it_and_can_be_later():
    loaded = f"print([name for name in {imports.UNNEEDED} if name in sys.modules])"
    attempt = ["try:", f"    {WANTED}", "except ImportError as fault:", "    print(fault)"]
    later = "import keras, sklearn.svm, matplotlib.figure"
    # To look whether Keras is there changes nothing.
    looks = "import sys, common, importlib.util; importlib.util.find_spec('keras')"
    before, refusal, after = told(looks, OURS, loaded, later, *attempt, loaded).splitlines()
    assert before == "[]" and after == str(list(imports.UNNEEDED))
    assert "requires `scikit-learn`" in refusal


def test_who_wants_keras_wrappers_imports_keras_first():
    kept = told("import keras", OURS, f"print(type({WANTED}).__name__)")
    assert kept == "SKLearnClassifier"


def test_what_was_imported_before_stays(monkeypatch):
    monkeypatch.setattr(imports, "UNNEEDED", ("sklearn_of_nobody", "json"))
    with pytest.raises(ModuleNotFoundError), imports.unneeded_left_out():
        assert sys.modules["json"] is not None
        import sklearn_of_nobody  # noqa: F401
    assert "sklearn_of_nobody" not in sys.modules
