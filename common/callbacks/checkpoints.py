"""Checkpoints while a training runs, and its orderly stop."""

from __future__ import annotations

import signal
from collections.abc import Callable

import keras

from common.callbacks.watchdog import Watchdog
from common.machine.backend import EventWriter
from common.run import checkpoint
from common.run.folder import Run
from data.files import atomic_write


class GracefulStop(keras.callbacks.Callback):
    """An orderly stop on Ctrl-C or SIGTERM, after the step under way.

    A second signal of the same kind is not waited for.

    Args:
        any_worker: Whether something is true of any of several workers, which then stop at the
            same step.
    """

    def __init__(self, any_worker: Callable[[bool], bool] = bool):
        super().__init__()
        self._any_worker = any_worker
        #: The signal that stopped the training, if one did.
        self.stopped_by: signal.Signals | None = None
        self._before = {}

    def __enter__(self) -> GracefulStop:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number, frame):
        self.stopped_by = signal.Signals(number)
        signal.signal(number, self._before[number])

    def on_train_batch_end(self, batch, logs=None):
        """Stop where a signal asked for it, this worker or another one."""
        if self._any_worker(self.stopped_by is not None):
            self.stopped_by = self.stopped_by or signal.SIGTERM
            self.model.stop_training = True


class Checkpoints(keras.callbacks.Callback):
    """Checkpoints: where they are due, and where a training ends."""

    _KEEP = 2

    def __init__(self, run: Run, events: EventWriter, every: int, watchdog: Watchdog):
        super().__init__()
        self._run, self._events, self._every, self._watchdog = run, events, every, watchdog
        self._saved_at: int | None = None

    def on_train_batch_end(self, batch, logs=None):
        """Save where it is due."""
        if self.model.step % self._every == 0 or self.model.stop_training:
            self.save()

    def save(self) -> None:
        """Write a checkpoint and the generator of the present step."""
        step = self.model.step
        if step == self._saved_at:
            return
        checkpoint.save(self._run.checkpoints, step, self.model.state())
        self.save_generator()
        self._events.flush()
        # While something looks wrong, the last state before it is worth more than the latest.
        since = self._watchdog.suspicious_since
        good = [s for s in checkpoint.steps(self._run.checkpoints) if since is None or s < since]
        checkpoint.prune(self._run.checkpoints, self._KEEP, good[-1] if good else None)
        self._saved_at = step

    def save_generator(self) -> None:
        """Write generator.keras: float32, averaged, plain Keras layers.

        Where the generator is several networks, each is written under its name.
        """
        with self.model.average.ema_models() as networks:
            for network in networks:
                with atomic_write(self._run.network(network.name)) as tmp:
                    network.save(tmp)
