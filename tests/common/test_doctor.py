"""What the doctor says of a machine, and when it insists."""

import subprocess
import sys

import pytest

from common.machine import devices
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What it says in an empty folder, of a machine whose GPUs are hidden."""
    return subprocess.run(
        [sys.executable, "-m", "recipes", "doctor", "--require-gpu"],
        **{"capture_output": True, "text": True, "cwd": tmp_path_factory.mktemp("empty")},
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": "-1"},
    )


def test_the_doctor_s_report(told):
    rows = {line.split()[0] for line in told.stdout.splitlines()}
    assert {"versions", "GPU", "trains", "memory", "runs", "cache"} <= rows
    assert "on CPU, " in " ".join(told.stdout.split())


def test_who_requires_a_gpu_is_told_why_there_is_none(told):
    assert told.returncode == 1
    assert told.stderr.startswith("error: --require-gpu: ") and told.stderr.count("\n") == 1


def test_a_convolution_is_really_computed(monkeypatch):
    """The processor stands in for a device: right, not there, and wrong."""
    assert devices._why_wrong("CPU:0") == ""
    assert "a convolution on GPU:7 was computed on" in devices._why_wrong("GPU:7")
    right = devices.tf.function
    monkeypatch.setattr(devices.tf, "function", lambda f, **_: lambda: right(f)() + 1)
    assert "comes out wrong, by 1" in devices._why_wrong("CPU:0")


def test_libraries_that_cannot_be_loaded(monkeypatch):
    monkeypatch.setattr(devices, "LIBRARIES", ("libm.so.6", "libnobody.so.1"))
    assert devices.missing_libraries() == ["libnobody.so.1"]
    monkeypatch.setattr(devices, "built_with", lambda: {"cuda": "12.5.1"})
    assert devices.why_no_gpu().startswith("CUDA's libnobody.so.1 cannot be loaded")
    monkeypatch.setattr(devices, "built_with", dict)
    assert "built without CUDA" in devices.why_no_gpu()
