"""Two devices that share a batch learn what one learns from all of it: every recipe."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.contract.cases import NAMES


@pytest.mark.parametrize("recipe", NAMES)
def test_two_devices_equal_one(recipe):
    """Losses, moments (and so gradients) and buffers after a step: float32's rounding apart.

    With an option of each kind. Weights are not compared: Adam makes a full step of a
    gradient that is nothing but rounding, as that of a bias before a normalisation.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.two_devices", recipe],
        **{"capture_output": True, "text": True, "cwd": ROOT, "timeout": 400},
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": "-1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    kinds = ("log ", "_optimizer", "_buffers")
    compared = {name: v for name, v in found.items() if any(kind in name for kind in kinds)}
    assert len(compared) >= 2 and max(compared.values()) < 2e-3, compared
