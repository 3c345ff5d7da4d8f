"""Says when a training has gone wrong, which way, since when, and what to try."""

from __future__ import annotations

import math
import sys

import keras
import numpy as np

from data.errors import EnvironmentFailure

# In rows of the log: how long the discriminator must have won before that is news.
_PATIENCE = 20
_SURE = 0.9995
_CLIMB = 3
# Diversity of the samples against that of real pictures.
_ALIVE, _COLLAPSED = 0.25, 0.05


class Watchdog(keras.callbacks.Callback):
    """Looks at the logged losses and at the samples' diversity.

    * NaN or infinity: stops at once, whatever the mode.
    * The discriminator has won: it ranks practically every real picture above every fake
      one over 20 rows of the log while the generator's loss has tripled.
    * Collapse: the samples, once diverse, have become nearly one picture.

    Raises:
        EnvironmentFailure: to stop the training; what was saved before stays as it is.
    """

    def __init__(self, log_every: int, mode: str, real_diversity: float):
        super().__init__()
        self._log_every, self._mode = log_every, mode
        self._real_diversity = real_diversity
        #: Since when the discriminator is sure: step, the generator's loss then, rows seen.
        self._sure: tuple[int, float, int] | None = None
        #: The last step at which the samples were diverse, and whether they are no longer.
        self._alive_at: int | None = None
        self._fading = False
        self._warned: set[str] = set()

    @property
    def suspicious_since(self) -> int | None:
        """The step since which something looks wrong; None while all is well."""
        since = [self._sure[0]] if self._sure else []
        since += [self._alive_at + 1] if self._fading else []
        return min(since, default=None)

    def on_train_batch_end(self, batch, logs=None):
        """Check the losses at every row of the log."""
        step = self.model.step
        if step % self._log_every or not logs:
            return
        values = {name: float(value) for name, value in logs.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise EnvironmentFailure(
                    f"{name} is {value} at step {step}: the training has diverged; try a lower "
                    "--generator-rate and --discriminator-rate, or --precision float32"
                )
        if self._mode != "off" and "generator/adversarial" in values:
            self._check_balance(step, values)

    def _check_balance(self, step: int, values: dict[str, float]) -> None:
        if values.get("discriminator/ranked", 0.0) < _SURE:
            self._sure = None
            return
        loss = values["generator/adversarial"]
        since, loss_then, rows = self._sure or (step, loss, 0)
        self._sure = (since, loss_then, rows + 1)
        if rows + 1 >= _PATIENCE and loss > _CLIMB * max(loss_then, 1.0):
            self._alarm(
                "won",
                f"the discriminator has won: it has told every real picture from every fake one "
                f"since step {since}, and the generator's loss went from {loss_then:.1f} to "
                f"{loss:.1f}; try a lower --discriminator-rate or --r1 1",
            )

    def look_at(self, step: int, pictures: np.ndarray) -> None:
        """Check the samples' diversity, from float pictures N×H×W×C in [-1, 1]."""
        if self._mode == "off" or len(pictures) < 2 or not self._real_diversity:
            return
        share = diversity(pictures) / self._real_diversity
        if share > _ALIVE:
            self._alive_at, self._fading = step, False
            return
        self._fading = self._alive_at is not None
        if share < _COLLAPSED and self._fading:
            self._alarm(
                "collapsed",
                f"the generator has collapsed: at step {step} its samples differ {share:.0%} as "
                "much as real pictures do; try --loss relativistic --r1 1, or a larger "
                "--batch-size",
            )

    def _alarm(self, kind: str, words: str) -> None:
        if self._mode == "stop":
            raise EnvironmentFailure(
                words + ". Start a new run with that; what was saved so far is kept"
            )
        if kind not in self._warned:
            self._warned.add(kind)
            print(f"warning: {words}", file=sys.stderr)


def diversity(pictures: np.ndarray) -> float:
    """How much pictures differ: the standard deviation over them, averaged over pixels."""
    return float(np.asarray(pictures, np.float32).std(axis=0).mean())
