"""Callback that draws sheets of samples."""

from __future__ import annotations

import gc
import shutil

import keras
import numpy as np

from common.callbacks.watchdog import Watchdog
from common.config import Config
from common.machine.backend import EventWriter
from common.run.folder import Run
from data.files import atomic_write
from data.progress import waiting
from data.sheet import save


class Samples(keras.callbacks.Callback):
    """Callback to draw a sheet of the same samples at regular steps, also as latest.png."""

    def __init__(self, run: Run, events: EventWriter, config: Config, watchdog: Watchdog):
        super().__init__()
        self._folder, self._events, self._watchdog = run.samples, events, watchdog
        self._every, self._count = config.sample_every, config.sample_count
        self._drawn_at = 0

    def on_train_batch_end(self, batch, logs=None):
        """Draw a sheet where one is due."""
        step = self.model.step
        if step > 0 and (step % self._every == 0 or step == self.model.config.steps):
            self.draw()

    def on_train_end(self, logs=None):
        """Draw a last sheet where a training has ended before its last step."""
        if self.model.finished and self.model.step > max(self._drawn_at, 0):
            self.draw()

    @waiting("drawing samples")
    def draw(self) -> None:
        """Draw and save the sheet of the present step."""
        step = self._drawn_at = self.model.step
        visuals = self.model.visuals(self._count)
        sheet = self.model.sheet(visuals)
        path = self._folder / f"step-{max(step, 0):07d}.png"
        save(sheet, path)
        with atomic_write(self._folder / "latest.png") as tmp:
            shutil.copyfile(path, tmp)
        for name, column in self.model.column_sheets(visuals).items():
            self._events.picture(step, name, np.atleast_3d(np.asarray(column)))
        self._watchdog.look_at(step, visuals[self.model.watched])
        # Figures are cycles of a megabyte; see `keep_what_is_there` for what this takes.
        gc.collect()
