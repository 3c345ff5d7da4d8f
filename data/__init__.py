"""What goes in: worlds (made data), named real sets, folders and arrays, behind one interface.

    source = data.find("houses")               # or "mnist", "photos/", "digits.npz"
    pictures = source.load("train", size=32, count=20_000, seed=0)
    pictures.images                            # uint8, N×32×32×3

`find` is quick and refuses what cannot be; `load` reads or draws. Neither needs TensorFlow,
but for sets of TensorFlow Datasets.
"""

from data.errors import MachineFault, Refused
from data.imageset import ImageSet, PointSet, Source
from data.loader import find

__all__ = ["ImageSet", "MachineFault", "PointSet", "Refused", "Source", "find"]
