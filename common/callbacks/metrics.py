"""What is written down while a training runs: metrics and sample grids."""

from __future__ import annotations

import csv
import shutil

import keras
import numpy as np

from common.callbacks.watchdog import Watchdog
from common.config import Config
from common.machine.backend import EventWriter
from common.run.folder import Run
from data.files import atomic_write
from data.sheet import save


class Metrics(keras.callbacks.Callback):
    """A row of metrics.csv, and points for TensorBoard, every `log_every` steps.

    Rows hold the values of their very step, not averages since the last row: so a resumed
    training writes the rows that an unbroken one would have. Steps of pretraining are
    negative, and leave the generator's columns empty.
    """

    def __init__(self, run: Run, events: EventWriter, log_every: int, names: list[str]):
        super().__init__()
        self._path, self._events, self._log_every = run.metrics, events, log_every
        self._names = ["step", *names]

    def resume_at(self, step: int) -> None:
        """Drop the rows that a killed run wrote after its last checkpoint."""
        rows = []
        if self._path.exists():
            with open(self._path, newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if _is_up_to(row, step)]
        with atomic_write(self._path) as tmp, open(tmp, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def on_train_batch_end(self, batch, logs=None):
        """Write a row where one is due."""
        step = self.model.step
        if step % self._log_every or not logs:
            return
        values = {name: float(value) for name, value in logs.items()}
        with open(self._path, "a", newline="", encoding="utf-8") as file:
            shown = {name: f"{value:.6g}" for name, value in values.items()}
            csv.DictWriter(file, self._names).writerow({"step": step} | shown)
        self._events.scalars(step, values)


def _is_up_to(row: dict, step: int) -> bool:
    # A kill may have cut the last row short.
    try:
        return int(row["step"]) <= step and None not in row.values()
    except (TypeError, ValueError):
        return False


class Samples(keras.callbacks.Callback):
    """A sheet of the same latents every `sample_every` steps, and always as latest.png."""

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
        """Draw the last sheet where a training has come to its end before its last step."""
        watcher = self.model.equilibrium
        if watcher and watcher.reached and self.model.step > max(self._drawn_at, 0):
            self.draw()

    def draw(self) -> None:
        """Draw and keep the sheet of the present step."""
        step = self._drawn_at = self.model.step
        samples = self.model.show(self._count)
        sheet = self.model.sheet(samples)
        path = self._folder / f"step-{max(step, 0):07d}.png"
        save(sheet, path)
        with atomic_write(self._folder / "latest.png") as tmp:
            shutil.copyfile(path, tmp)
        self._events.picture(step, "samples", np.atleast_3d(np.asarray(sheet)))
        self._watchdog.look_at(step, samples)
