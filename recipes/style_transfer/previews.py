"""Callback that shows a picture while it is painted."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import keras
from PIL import Image

from data.pixels import to_pixels
from data.progress import say
from data.sheet import save

from common.commands.made import names_folder  # isort: skip


class Previews(keras.callbacks.Callback):
    """Callback to write what a picture looks like at every few steps, until it is done.

    Args:
        out: Where the picture will be written: a folder, a file, or "-" for no preview.
        size: (height, width) of the picture.
        every: Steps between two.
    """

    def __init__(self, out: Path, size: tuple[int, int], every: int = 4):
        super().__init__()
        folder = out if names_folder(out) else out.parent
        self._file = None if str(out) == "-" else _unused(folder)
        self._size, self._every, self._told = size, every, False

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        if self._told:
            self._file.unlink(missing_ok=True)

    def on_train_batch_end(self, batch, logs=None):
        """Write a preview where one is due."""
        step, last = self.model.step, self.model.config.steps
        if self._file is None or step % self._every or step == last:
            return
        pixels = to_pixels(self.model.visuals(1)["painted"][0])
        height, width = self._size
        try:
            save(Image.fromarray(pixels[:height, :width]), self._file)
        except OSError:
            # The picture itself will say why nothing can be written there.
            return
        if not self._told:
            say(f"preview: {self._file}")
            self._told = True


def _unused(folder: Path) -> Path:
    """A name that no picture has, as the preview is written over it and removed."""
    numbers = itertools.chain([""], (f"-{n}" for n in itertools.count(2)))
    files = (folder / f"preview{number}.png" for number in numbers)
    return next(file for file in files if not os.path.lexists(file))
