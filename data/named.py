"""Real sets by name, fetched by Keras into its own cache and checked against its checksums."""

from __future__ import annotations

import importlib

from data.arrays import ArraySource
from data.errors import MachineFault
from data.imageset import Source

#: Name -> (pictures for training, pixels a side, channels, where to get it by hand).
SETS = {
    "mnist": (60_000, 28, 1, "mnist.npz in ~/.keras/datasets"),
    "fashion_mnist": (60_000, 28, 1, "its four .gz files in ~/.keras/datasets/fashion-mnist"),
    "cifar10": (50_000, 32, 3, "cifar-10-batches-py.tar.gz in ~/.keras/datasets"),
}


class NamedSource(Source):
    """One of `SETS`; its facts are known before it is fetched."""

    def __init__(self, name: str):
        self.name = name
        self.count, side, self.channels, self._by_hand = SETS[name]
        self.sizes = ((side, side), (side, side))
        # Ten classes each, numbered.
        self.factors, self.modes = {"label": tuple("0123456789")}, ("label",)

    def load(self, split, size, count, seed):
        """As `Source.load`; fetches the set where it is not in the Keras cache yet."""
        module = importlib.import_module(f"keras.datasets.{self.name}")
        try:
            (x_train, y_train), (x_test, y_test) = module.load_data()
        except Exception as fault:
            # Keras raises a bare Exception for a dead address and ValueError for a wrong sum.
            why = (str(fault) or type(fault).__name__).splitlines()[0]
            raise MachineFault(
                f"{self.name} could not be fetched ({why}); put {self._by_hand} by hand, "
                "or train on a world or a folder"
            ) from fault
        arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
        return ArraySource(self.name, arrays).load(split, size, count, seed)
