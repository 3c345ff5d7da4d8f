"""Callback that says how long a training will take, from its first steps."""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np

from common.config import Config
from data.progress import say, waiting
from data.resize import height_and_width

# Shorter trainings need no estimate: seconds from the first step on.
_SHORT = 30
# What is timed: so many steps, and seconds; of slow steps fewer, but one at least.
_STEPS, _SECONDS, _PATIENCE = 4, 1.0, 15.0


class Estimate(keras.callbacks.Callback):
    """Callback to time a few steps after the first, which compiles, and print an estimate once.

    It reads the clock and logs that are there, and changes nothing.

    Args:
        config: The settings of the training.
        clock: Seconds, as of `time.monotonic`.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self._config, self._clock = config, clock
        self._told, self._waiting = False, None

    def on_train_begin(self, logs=None):
        """Wait for the first step, which is slow, and silent otherwise."""
        self._began, self._first, self._timed = self._clock(), None, 0
        self._stop_waiting()
        self._waiting = waiting("the first step builds the graph, and takes longer than others")
        self._waiting.__enter__()

    def on_train_batch_end(self, batch, logs=None):
        """Time a step; print the estimate as soon as there are enough."""
        if self._first is None:
            _finish(logs)
            self._stop_waiting()
            self._first = self._clock()
            return
        # A pretraining's steps are others.
        if self._told or self.model.phase.until <= 0:
            return
        self._timed += 1
        passed = self._clock() - self._first
        if passed < _PATIENCE and (self._timed < _STEPS or passed < _SECONDS):
            return
        # Where a GPU has the steps still before it, nothing has been timed yet.
        _finish(logs)
        passed = self._clock() - self._first
        self._told, left = True, self.model.phase.until - self.model.step
        seconds = passed / self._timed
        if self._first - self._began + passed + seconds * left >= _SHORT:
            say(self._words(seconds, left))

    def on_train_end(self, logs=None):
        """Stop waiting, also for a first step that was none."""
        self._stop_waiting()

    def _words(self, seconds: float, left: int) -> str:
        words = f"{in_words(seconds * left)} for {left:,} more steps"
        others = [
            f"{size} pixels {in_words(seconds * left * share)}"
            for size, share in _other_sizes(self._config)
        ]
        return words + (f" (roughly, with --image-size: {', '.join(others)})" if others else "")

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.__exit__(None, None, None)
            self._waiting = None


def _finish(logs: dict | None) -> None:
    """Wait until a step is done: its logs are known only then."""
    for value in (logs or {}).values():
        np.asarray(value)


def _other_sizes(config: Config) -> list[tuple[int, float]]:
    """Half, twice and four times the size where legal, and the pixels' ratio to now."""
    if config.kind != "pictures":
        return []
    height, width = height_and_width(config.image_size)
    if height != width:
        return []
    sizes = [size for size in (height // 2, 2 * height, 4 * height) if size in config.legal_sizes()]
    return [(size, (size / height) ** 2) for size in sizes if size >= 16]


def in_words(seconds: float) -> str:
    """Return a duration in words, as exactly as an estimate is: "about 25 minutes"."""
    minutes = seconds / 60
    if minutes < 1.5:
        return "about 1 minute"
    if minutes < 100:
        return f"about {minutes:.0f} minutes"
    hours = minutes / 60
    return f"about {hours:.1f} hours" if hours < 10 else f"about {hours:.0f} hours"
