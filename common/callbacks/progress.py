"""Progress of a training, on the terminal."""

from __future__ import annotations

import sys

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class ProgressBar(keras.callbacks.Callback):
    """Callback to show a bar on a terminal, or a line every 10 · `log_every` steps elsewhere."""

    def __init__(self, log_every: int, batch_size: int):
        super().__init__()
        self._log_every, self._batch_size = log_every, batch_size
        self._console = Console(stderr=True)
        self._bar: Progress | None = None

    def on_train_begin(self, logs=None):
        """Show the bar, from the present step on."""
        model = self.model
        what = "pretraining" if model.step < 0 else "training"
        self._first = model.step if model.step < 0 else 0
        self._last = model.phase.until
        if not self._console.is_terminal:
            return
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[losses]}"),
            console=self._console,
        )
        self._task = self._bar.add_task(
            what,
            total=self._last - self._first,
            completed=model.step - self._first,
            rate="",
            losses="",
        )
        self._bar.start()

    def on_train_batch_end(self, batch, logs=None):
        """Advance the bar."""
        step = self.model.step
        is_row = logs and step % self._log_every == 0
        if self._bar is None:
            if is_row and step % (10 * self._log_every) == 0:
                print(f"step {step}/{self._last}  {_losses(logs)}", file=sys.stderr, flush=True)
            return
        self._bar.update(self._task, completed=step - self._first)
        if is_row:
            speed = self._bar.tasks[0].speed
            samples = self._batch_size * self.model.phase.parts
            rate = f"{speed * samples:.0f} samples/s" if speed else ""
            self._bar.update(self._task, losses=_short(logs), rate=rate)

    def on_train_end(self, logs=None):
        """Remove the bar."""
        self.close()

    def close(self) -> None:
        """Remove the bar from the terminal, also after an error."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _losses(logs: dict) -> str:
    return "  ".join(f"{name} {float(value):.3f}" for name, value in sorted(logs.items()))


def _short(logs: dict) -> str:
    """A loss of each network, "D 0.41 G 3.20", the adversarial one where it has one."""
    found: dict[str, float] = {}
    # Sorted, "adversarial" comes before any other term.
    for name, value in sorted(logs.items()):
        found.setdefault(name.split("/")[0][0].upper(), float(value))
    return " ".join(f"{initial} {value:.2f}" for initial, value in found.items())
