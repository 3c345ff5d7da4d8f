"""Whether there is a device that TensorFlow may use beside the CPU, without importing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# NVIDIA's driver; the same under WSL.
_DEVICES = ("/dev/nvidiactl", "/dev/dxg")


def has_device() -> bool:
    """Return whether an NVIDIA driver is there."""
    return any(Path(device).exists() for device in _DEVICES)


def may_have_gpu() -> bool:
    """Return whether a training may find a GPU: none is hidden from it, and a driver is there."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return has_device() or sys.platform == "darwin"
