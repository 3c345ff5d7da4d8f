"""Output of inference, and its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from data.errors import EnvironmentFailure
from data.figure import scatter
from data.files import atomic_write
from data.sheet import grid, save

#: Endings of files that samples can be written to.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".npz")


@dataclass(frozen=True)
class Made:
    """Generated samples, the inputs that they were made from, and how to draw them."""

    #: Pictures, uint8 N×H×W×C with C 1 or 3; points, float32 N×2.
    samples: np.ndarray
    #: The network's inputs, N rows each, by name.
    inputs: dict[str, np.ndarray] = field(default_factory=dict)
    #: "pictures" or "points".
    kind: str = "pictures"
    #: Name of its file, without an ending.
    title: str = "pictures"
    #: Samples a row of the sheet; None: as square as can be.
    columns: int | None = None
    #: Write each picture's number into its corner.
    numbered: bool = False

    def sheet(self) -> Image.Image:
        """Draw all samples as one picture."""
        if self.kind == "points":
            return scatter(self.samples)
        return grid(self.samples, self.columns, self.numbered)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as arrays by name: `images` or `points`, and the inputs."""
        return {"images" if self.kind == "pictures" else self.kind: self.samples, **self.inputs}

    def write(self, path: Path) -> None:
        """Write the arrays to an .npz, or the sheet to a file of another ending.

        Raises:
            EnvironmentFailure: the file cannot be written.
        """
        with writing(path):
            if path.suffix.lower() != ".npz":
                save(self.sheet(), path)
                return
            # An open file: given a name, numpy would add an ending of its own.
            with atomic_write(path) as tmp, open(tmp, "wb") as file:
                np.savez(file, **self.arrays())


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into an `EnvironmentFailure` that names it."""
    try:
        yield
    except (OSError, ValueError) as fault:
        raise EnvironmentFailure(f"{path} cannot be written: {fault}") from fault
