"""Log of a training: metrics.csv and TensorBoard's events."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import keras

from common.machine.backend import EventWriter
from common.run import metrics_file
from common.run.folder import Run
from data.files import atomic_write


class Metrics(keras.callbacks.Callback):
    """Callback to write a row of metrics.csv, and scalars for TensorBoard, at regular steps.

    Rows hold the values of a single step, not averages since the last row, so a resumed
    training writes the rows of an unbroken one. Steps of pretraining are
    negative, and leave empty what they do not log.
    """

    def __init__(self, run: Run, events: EventWriter, log_every: int, names: list[str]):
        super().__init__()
        self._path, self._events, self._log_every = run.metrics, events, log_every
        self._names = ["step", *names]

    def resume_at(self, step: int) -> None:
        """Drop the rows that a killed run wrote after its last checkpoint.

        What is no log of a training, or has columns of which nothing is known, is set aside.
        """
        found = metrics_file.read(self._path, self._names)
        if found is None and self._path.exists():
            aside = _free(self._path.with_suffix(".before.csv"))
            os.replace(self._path, aside)
            print(f"note: {self._path} cannot be read: it is now {aside.name}", file=sys.stderr)
        names, rows = found or ([], [])
        # Phases that are over are not traced anew: their columns stay.
        self._names = list(dict.fromkeys([*names, *self._names]))
        with atomic_write(self._path) as tmp, open(tmp, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(row for row in rows if float(row["step"]) <= step)

    def on_train_batch_end(self, batch, logs=None):
        """Write a row where one is due."""
        step = self.model.step
        if step % self._log_every or not logs:
            return
        values = {name: float(value) for name, value in logs.items()}
        with open(self._path, "a", newline="", encoding="utf-8") as file:
            shown = {name: f"{value:.6g}" for name, value in values.items()}
            writer = csv.DictWriter(file, self._names, extrasaction="ignore")
            writer.writerow({"step": step} | shown)
        self._events.scalars(step, values)


def _free(path: Path) -> Path:
    """The path, or a numbered one beside it that nothing has yet."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
