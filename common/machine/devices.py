"""Devices of the machine and CUDA's libraries: what is found, and whether it works."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

from common.machine import backend  # noqa: F401  first: it imports TensorFlow, quietly
from common.machine.nvidia import has_device

import numpy as np  # isort: skip
import tensorflow as tf

#: The libraries that a GPU needs, by the names under which TensorFlow 2.21 opens them.
LIBRARIES = ("libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9")
LIBRARIES += ("libcufft.so.11", "libcusolver.so.11", "libcusparse.so.12", "libnccl.so.2")


def built_with() -> dict[str, str]:
    """Return the versions of CUDA and cuDNN that TensorFlow was built with; empty: neither."""
    info = tf.sysconfig.get_build_info()
    if not info.get("is_cuda_build"):
        return {}
    return {name: info[f"{name}_version"] for name in ("cuda", "cudnn")}


def gpus() -> list[tuple[str, tuple[int, int]]]:
    """Return the name and compute capability of each GPU that TensorFlow sees."""
    found = []
    for device in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(device)
        name = details.get("device_name", "GPU")
        found.append((name, details.get("compute_capability", (0, 0))))
    return found


def why_no_gpu() -> str:
    """Return why no GPU is usable, in words; "" if a convolution on the first one is correct."""
    if not built_with():
        return "this TensorFlow is built without CUDA (install the extra: .[cuda])"
    if missing := missing_libraries():
        which = "libraries" if len(missing) == len(LIBRARIES) else ", ".join(missing)
        return f"CUDA's {which} cannot be loaded (install the extra: .[cuda])"
    if not gpus():
        if not has_device():
            return (
                "there is no NVIDIA device here (a container needs --gpus all, and the host "
                "NVIDIA's container toolkit)"
            )
        return (
            "there is an NVIDIA device, but TensorFlow cannot use it; is its driver 525 or newer?"
        )
    return _why_wrong("GPU:0")


def _why_wrong(device: str) -> str:
    """Why a small convolution, compiled by XLA, does not come out right on a device."""
    rng = np.random.default_rng(0)
    picture = rng.uniform(-1, 1, (2, 16, 16, 3)).astype(np.float32)
    kernel = rng.uniform(-1, 1, (3, 3, 3, 4)).astype(np.float32)

    def convolved():
        return tf.nn.conv2d(picture, kernel, 1, "VALID")

    with tf.device("CPU:0"):
        expected = convolved().numpy()
    try:
        with tf.device(device):
            found = tf.function(convolved, jit_compile=True)()
    except Exception as fault:
        # Any error is the reason: it is reported, not raised.
        return f"a convolution on {device} fails: {str(fault).strip().splitlines()[0]}"
    if not found.device.endswith(f":{device}"):
        # TensorFlow silently uses another one.
        return f"a convolution on {device} was computed on {found.device or 'no device'}"
    error = float(np.abs(found.numpy() - expected).max())
    # TensorFloat-32 has 10 bits.
    return f"a convolution on {device} comes out wrong, by {error:.3g}" if error > 0.05 else ""


def missing_libraries() -> list[str]:
    """Return the names of CUDA's libraries that cannot be loaded."""
    return [name for name in LIBRARIES if not _loads(name)]


def _loads(name: str) -> bool:
    # Wheels put them beside TensorFlow, each into a folder of its own.
    places = [path / "nvidia" for path in map(Path, sys.path) if (path / "nvidia").is_dir()]
    found = [str(file) for place in places for file in place.glob(f"*/lib/{name}")]
    for file in (*found, name):
        try:
            ctypes.CDLL(file)
        except OSError:
            continue
        return True
    return False


def compiler() -> dict[str, bool]:
    """Return whether XLA's helpers for GPUs are found: its assembler, CUDA's mathematics."""
    ptxas = shutil.which("ptxas")
    root = Path(ptxas).resolve().parent.parent if ptxas else Path("/usr/local/cuda")
    library = root / "nvvm" / "libdevice" / "libdevice.10.bc"
    return {"ptxas": ptxas is not None, "libdevice": library.is_file()}


def driver() -> list[str]:
    """Return a line for each GPU that the driver knows: name, memory in use, driver."""
    asked = "name,memory.used,memory.total,driver_version"
    try:
        done = subprocess.run(
            ["nvidia-smi", f"--query-gpu={asked}", "--format=csv,noheader"],
            **{"capture_output": True, "text": True, "timeout": 20, "check": True},
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.strip().splitlines()
