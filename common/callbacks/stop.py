"""Graceful stop of a training on a signal."""

from __future__ import annotations

import signal
from collections.abc import Callable

import keras

# Where the system has them.
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class GracefulStop(keras.callbacks.Callback):
    """Callback to stop a training on Ctrl-C, SIGTERM or SIGHUP, after the present step.

    SIGHUP is a terminal that was closed. A second signal of the same kind acts at once; what is
    ignored stays so, as `nohup` and shells have it for what is to run on.

    Args:
        any_worker: Tells whether its argument is true on any of several workers, which then stop
            at the same step.
    """

    def __init__(self, any_worker: Callable[[bool], bool] = bool):
        super().__init__()
        self._any_worker = any_worker
        #: The signal that stopped the training, if one did.
        self.stopped_by: signal.Signals | None = None
        self._before = {}

    def __enter__(self) -> GracefulStop:
        for number in _SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                # None: it was set by other than Python, which cannot set that again.
                self._before[number] = signal.signal(number, self._on_signal) or signal.SIG_DFL
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number, frame):
        self.stopped_by = signal.Signals(number)
        signal.signal(number, self._before[number])

    def on_train_batch_end(self, batch, logs=None):
        """Stop if this worker or another one has got a signal."""
        if self._any_worker(self.stopped_by is not None):
            self.stopped_by = self.stopped_by or signal.SIGTERM
            self.model.stop_training = True
