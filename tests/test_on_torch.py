"""Networks, losses and updates are the same on another backend of Keras, without TensorFlow."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from common.machine import backend  # first: it imports TensorFlow, quietly
from data.errors import Refused
from tests import on_torch
from tests.conftest import ROOT

SMALL = {
    "dcgan": {"image_size": 16, "width": 4, "batch_size": 4},
    "pix2pix": {"image_size": 32, "width": 4},
    "cyclegan": {"image_size": 32, "width": 4, "blocks": 1},
}
THERE = """
import sys
import numpy as np
import torch
from tests import on_torch

on_torch.prepare("cpu")
recipe, settings, place = sys.argv[1], eval(sys.argv[2]), sys.argv[3]
gan, step = on_torch.networks_of(recipe, precision="float32", **settings)
batch = on_torch.batch_of(recipe, gan.config)
before = [np.array(v) for v in on_torch.variables_of(gan)]
given = {name: torch.as_tensor(value) for name, value in batch.items()}
losses = {name: value.item() for name, value in step(given).items()}
after = [np.array(v) for v in on_torch.variables_of(gan)]
assert sys.modules["tensorflow"] is None
weights = {"before": before, "after": after}
told = {f"{when}{i}": value for when, values in weights.items() for i, value in enumerate(values)}
np.savez(place, **told, **{f"of {name}": value for name, value in losses.items()})
"""


@pytest.mark.parametrize("recipe", SMALL)
def test_a_step_is_the_same(recipe, tmp_path):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed: pip install -e '.[bench]' brings it")
    place = tmp_path / "told.npz"
    words = [sys.executable, "-c", THERE, recipe, repr(SMALL[recipe]), str(place)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = np.load(place)
    gan, step = on_torch.networks_of(recipe, precision="float32", **SMALL[recipe])
    ours = on_torch.variables_of(gan)
    for index, variable in enumerate(ours):
        variable.assign(told[f"before{index}"])
    losses = backend.compiled(step)(on_torch.batch_of(recipe, gan.config))
    assert set(losses) == {name[3:] for name in told.files if name.startswith("of ")}
    for name, value in losses.items():
        np.testing.assert_allclose(value, told[f"of {name}"], rtol=1e-4, err_msg=name)
    moved = 0
    for index, variable in enumerate(ours):
        before, after = told[f"before{index}"], told[f"after{index}"]
        moved += (before != after).any()
        # Of a gradient of nearly 0, Adam's first step may go either way; and a bias that a
        # normalisation takes away has none but roundings.
        same = np.isclose(np.array(variable), after, rtol=1e-3, atol=1e-5)
        assert same.mean() > 0.98 or variable.name == "bias", variable.path
    assert moved > len(ours) / 2


def test_keras_must_not_be_there_before():
    assert "keras" in sys.modules
    with pytest.raises(ImportError, match="imported already"):
        on_torch.prepare()


def test_a_recipe_that_it_does_not_know(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["on_torch", "stylegan"])
    with pytest.raises(Refused, match="stylegan: legal are dcgan, pix2pix, cyclegan"):
        on_torch.main()
