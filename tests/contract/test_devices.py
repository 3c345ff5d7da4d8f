"""Two devices that share a batch learn what one learns from all of it: every recipe."""

import json

import pytest

from tests.conftest import ROOT, called
from tests.contract.cases import NAMES

#: How far float32's rounding may take two sums of a step, over the largest value.
ROUNDING = 2e-3


@pytest.mark.parametrize("recipe", NAMES)
def test_two_devices_equal_one(recipe):
    """Losses, moments (and so gradients) and buffers after a step: float32's rounding apart.

    With critic steps, spectral norm and averaging. Weights are not compared: Adam makes a full
    step of a gradient that is nothing but rounding, as that of a bias before a normalisation.
    The control is what either device would learn by itself, from its half of the batch.
    """
    code, out, err = called("tests.contract.two_devices", recipe, cwd=ROOT)
    assert code == 0, err[-3000:]
    found = json.loads(out.splitlines()[-1])
    kinds = ("log ", "_optimizer", "_buffers")
    compared = {
        name: v for name, v in found["two devices"].items() if any(k in name for k in kinds)
    }
    assert len(compared) >= 2 and max(compared.values()) < ROUNDING, compared
    moments = [value for name, value in found["half"].items() if "_optimizer" in name]
    assert min(moments) > 5 * ROUNDING, found["half"]
