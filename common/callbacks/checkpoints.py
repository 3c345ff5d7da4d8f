"""Callback that writes checkpoints."""

from __future__ import annotations

import keras

from common.callbacks.watchdog import Watchdog
from common.machine.backend import EventWriter
from common.run import checkpoint
from common.run.folder import Run
from data.progress import waiting


class Checkpoints(keras.callbacks.Callback):
    """Callback to write checkpoints where they are due, and where a training ends."""

    _KEEP = 2

    def __init__(self, run: Run, events: EventWriter, every: int, watchdog: Watchdog):
        super().__init__()
        self._run, self._events, self._every, self._watchdog = run, events, every, watchdog
        self._saved_at: int | None = None

    def on_train_batch_end(self, batch, logs=None):
        """Save a checkpoint where one is due."""
        if self.model.step % self._every == 0 or self.model.stop_training:
            self.save()

    @waiting("saving")
    def save(self) -> None:
        """Save a checkpoint of the present step, and the networks for inference."""
        step = self.model.step
        if step == self._saved_at:
            return
        checkpoint.save(self._run.checkpoints, step, self.model.state())
        self._run.save_networks(self.model.average)
        self._events.flush()
        # While something looks wrong, the last state before it is worth more than the latest.
        since = self._watchdog.suspicious_since
        good = [s for s in checkpoint.steps(self._run.checkpoints) if since is None or s < since]
        checkpoint.prune(self._run.checkpoints, self._KEEP, good[-1] if good else None)
        self._saved_at = step
