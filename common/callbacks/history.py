"""Callbacks that count the steps of a training and record the logs."""

from __future__ import annotations

import keras


class StepCounter(keras.callbacks.Callback):
    """Callback to count `model.step`, before all others, so that they read it right."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.step += 1


class StepHistory(keras.callbacks.History):
    """Callback to record the logs every `log_every` steps, as Keras' History does for epochs."""

    def __init__(self, log_every: int):
        super().__init__()
        self._log_every = log_every
        self.epoch, self.history = [], {}

    def on_train_begin(self, logs=None):
        """Keep what was recorded in the phase before."""

    def on_train_batch_end(self, batch, logs=None):
        """Record a step where a row of the log is due."""
        if self.model.step % self._log_every or not logs:
            return
        self.epoch.append(self.model.step)
        for name in {**self.history, **logs}:
            # A name that another phase does not log has no value there.
            column = self.history.setdefault(name, [float("nan")] * (len(self.epoch) - 1))
            column.append(float(logs[name]) if name in logs else float("nan"))

    def on_epoch_end(self, epoch, logs=None):
        """Do nothing: a phase is one long epoch."""
