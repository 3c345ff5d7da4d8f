"""Callback that writes checkpoints."""

from __future__ import annotations

import time

import keras

from common.callbacks.watchdog import Watchdog
from common.machine.backend import EventWriter
from common.run import checkpoint
from common.run.folder import Run
from data.progress import waiting


class Checkpoints(keras.callbacks.Callback):
    """Callback to write checkpoints where they are due, and where a training ends.

    Where steps are slow there is one every ten minutes, too.
    """

    _KEEP = 2
    #: Seconds after which there is a checkpoint, however few steps were done.
    _LONGEST = 600

    def __init__(self, run: Run, events: EventWriter, every: int, watchdog: Watchdog):
        super().__init__()
        self._run, self._events, self._every, self._watchdog = run, events, every, watchdog
        self._saved_at: int | None = None
        self._saved_when = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        """Save a checkpoint where one is due."""
        late = time.monotonic() - self._saved_when >= self._LONGEST
        if late or self.model.step % self._every == 0 or self.model.stop_training:
            self.save()

    @waiting("saving")
    def save(self) -> None:
        """Save a checkpoint of the present step, and the networks for inference."""
        step = self.model.step
        if step == self._saved_at:
            return
        notes = {"watchdog": self._watchdog.notes()}
        checkpoint.save(self._run.checkpoints, step, self.model.state(), notes)
        self._run.save_networks(self.model.average)
        if not self._run.facts.get("saved"):
            self._run.note(saved=True)
        self._events.flush()
        # While something looks wrong, the last state before it is worth more than the latest.
        since = self._watchdog.suspicious_since
        before = step + 1 if since is None else since
        good = [s for s in checkpoint.steps(self._run.checkpoints) if s < before]
        checkpoint.prune(self._run.checkpoints, self._KEEP, step, good[-1] if good else None)
        self._saved_at, self._saved_when = step, time.monotonic()
