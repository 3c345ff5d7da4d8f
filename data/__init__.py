"""Data sets behind one interface: worlds (made data), named real sets, folders and arrays.

    source = data.find("houses")               # or "mnist", "photos/", "digits.npz"
    pictures = source.load("train", size=32, count=20_000, seed=0)
    pictures.samples                           # uint8, N×32×32×3

`find` is quick and refuses what cannot be; `load` reads or draws. Neither needs TensorFlow,
but for sets of TensorFlow Datasets.
"""

from __future__ import annotations

from data.errors import EnvironmentFailure, Refused
from data.reading import AS_IT_SEEMS, Reading
from data.samples import SampleSet, UnpairedSet
from data.source import Source

__all__ = ["EnvironmentFailure", "Refused", "SampleSet", "Source", "UnpairedSet", "find"]


def find(spec: str, reading: Reading = AS_IT_SEEMS) -> Source:
    """The source that `spec` names; see `data.loader.find`."""
    # Imported here, so that `import data` does not import every kind of data there is.
    from data.loader import find

    return find(spec, reading)
