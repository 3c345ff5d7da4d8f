"""The steps of a training: their count, and what was logged at them."""

from __future__ import annotations

import keras


class StepCounter(keras.callbacks.Callback):
    """Count `model.step`: the first of the callbacks, so that the others read it right."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.step += 1


class StepHistory(keras.callbacks.History):
    """Record what is logged every `log_every` steps, as Keras' History does for epochs."""

    def __init__(self, log_every: int):
        super().__init__()
        self._log_every = log_every
        self.epoch, self.history = [], {}

    def on_train_begin(self, logs=None):
        """Go on with what was recorded in the phase before."""

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
        """A training is one long epoch: there is nothing to add."""
