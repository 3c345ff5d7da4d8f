"""Data sets behind one interface: worlds (made data), named real sets, folders and arrays.

    source = data.find("houses")               # or "mnist", "photos/", "digits.npz"
    pictures = source.load("train", size=32, count=20_000, seed=0)
    pictures.samples                           # uint8, N×32×32×3

`find` is quick and refuses what cannot be; `load` reads or draws. Neither needs TensorFlow,
but for sets of TensorFlow Datasets.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.errors import EnvironmentFailure, Refused
    from data.memory import source_of
    from data.reading import Reading
    from data.samples import SampleSet, UnpairedSet
    from data.source import Source


def _check_system() -> None:
    """Refuse a system whose files cannot be locked; here, as all else imports this package."""
    if sys.platform != "win32":
        return
    line = "Windows itself is not supported: work in WSL (wsl --install), or in the Docker image"
    # What Python says while it looks for the module of `python -m`; or our own script.
    if sys.argv[0] == "-m" or os.path.basename(sys.argv[0]).startswith("gan-cookbook"):
        print(f"error: {line}", file=sys.stderr)
        raise SystemExit(2)
    raise ImportError(line)


_check_system()

__all__ = ["EnvironmentFailure", "Refused", "SampleSet", "Source", "UnpairedSet", "find"]
__all__ += ["source_of"]

# Each name is imported when it is first used: `import data.samples` imports nothing else.
_MODULES = {
    "EnvironmentFailure": "data.errors",
    "Refused": "data.errors",
    "SampleSet": "data.samples",
    "Source": "data.source",
    "UnpairedSet": "data.samples",
    "source_of": "data.memory",
}


def find(spec: str, reading: Reading | None = None) -> Source:
    """Find the source that `spec` names; see `data.loader.find`."""
    from data.loader import find

    return find(spec) if reading is None else find(spec, reading)


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module 'data' has no attribute '{name}'")
    return getattr(importlib.import_module(_MODULES[name]), name)
