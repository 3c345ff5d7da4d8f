"""Detection of failed trainings: what is wrong, since when, and what to try."""

from __future__ import annotations

import math
import sys

import keras
import numpy as np

from common.config import Config, flag
from data.errors import EnvironmentFailure

# Rows of the log for which the discriminator must have won.
_PATIENCE = 20
_SURE = 0.9995
_CLIMB = 3
# Diversity of the samples against that of real ones.
_ALIVE, _COLLAPSED = 0.25, 0.05
# What may help, the best first: settings that not every recipe allows.
_AGAINST_LOSING = ({"r1": 1}, {"instance_noise": 0.1})
_AGAINST_COLLAPSE = ({"loss": "relativistic", "r1": 1}, {"r1": 1}, {"instance_noise": 0.1})


class TrainingFailed(EnvironmentFailure):
    """The training has diverged, collapsed, or been lost by the generator."""


class Watchdog(keras.callbacks.Callback):
    """Callback to stop a failed training, from its losses and the samples' diversity.

    * NaN or infinity: stops at once, whatever the mode.
    * The discriminator has won: it scores practically every real sample above every fake
      one over 20 rows of the log while the generator's loss has tripled.
    * Collapse: the samples, once diverse, have become nearly one sample.

    Args:
        config: Settings of the training; only settings that are legal for it are advised.
        real_diversity: `diversity` of real samples; 0: collapse is not detected.

    Raises:
        TrainingFailed: to stop the training; what was saved before stays as it is.
    """

    def __init__(self, config: Config, real_diversity: float):
        super().__init__()
        self._config, self._log_every, self._mode = config, config.log_every, config.watchdog
        self._real_diversity = real_diversity
        #: Since when the discriminator is sure: step, the generator's loss then, rows seen.
        self._sure: tuple[int, float, int] | None = None
        #: The last step at which the samples were diverse, and whether they are no longer.
        self._alive_at: int | None = None
        self._fading = False
        self._warned: set[str] = set()

    @property
    def suspicious_since(self) -> int | None:
        """Step since which something looks wrong; None if nothing does."""
        since = [self._sure[0]] if self._sure else []
        since += [self._alive_at + 1] if self._fading else []
        return min(since, default=None)

    def notes(self) -> dict:
        """Return what it has seen so far, as JSON has it; a checkpoint keeps it."""
        return {"sure": self._sure, "alive_at": self._alive_at, "fading": self._fading}

    def recall(self, notes: dict, changed: bool = False) -> None:
        """Go on from `notes()`; from nothing, where an earlier version kept none.

        Args:
            notes: What it had seen.
            changed: Whether the training goes on with other settings: they get as much patience as
                those of before, and the last good checkpoint is kept meanwhile.
        """
        sure = notes.get("sure")
        self._sure = sure and (sure[0], sure[1], 0 if changed else sure[2])
        self._alive_at, self._fading = notes.get("alive_at"), notes.get("fading", False)

    @property
    def worry(self) -> str:
        """What looks wrong, and since when, in words; "" if nothing does."""
        told = []
        if self._sure and self._sure[2] >= _PATIENCE:
            told.append(
                f"the discriminator has told every real sample from every fake one since step "
                f"{self._sure[0]}"
            )
        if self._fading:
            told.append(f"the samples were last diverse at step {self._alive_at}")
        return " and ".join(told)

    def on_train_batch_end(self, batch, logs=None):
        """Check the losses at every row of the log."""
        step = self.model.step
        if step % self._log_every or not logs:
            return
        values = {name: float(value) for name, value in logs.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                rates = " and ".join(map(flag, self._config.rates()))
                raise TrainingFailed(
                    f"{name} is {value} at step {step}: the training has diverged; try a lower "
                    f"{rates or 'learning rate'}, or --precision float32"
                )
        # A critic's scores have no zero, and no scale: of them nothing can be said to have tripled.
        scored = getattr(self._config, "loss", None) != "wasserstein"
        if self._mode != "off" and scored and "generator/adversarial" in values:
            self._check_balance(step, values)

    def _check_balance(self, step: int, values: dict[str, float]) -> None:
        if values.get("discriminator/pairwise_accuracy", 0.0) < _SURE:
            self._sure = None
            return
        loss = values["generator/adversarial"]
        since, loss_then, rows = self._sure or (step, loss, 0)
        self._sure = (since, loss_then, rows + 1)
        if rows + 1 >= _PATIENCE and loss > _CLIMB * max(loss_then, 1.0):
            self._alarm(
                "won",
                f"the discriminator has won: it has told every real sample from every fake one "
                f"since step {since}, and the generator's loss went from {loss_then:.1f} to "
                f"{loss:.1f}; try a lower --discriminator-rate{self._advice(*_AGAINST_LOSING)}",
            )

    def look_at(self, step: int, samples: np.ndarray) -> None:
        """Check the diversity of samples, float N×…, in the networks' range."""
        if self._mode == "off" or len(samples) < 2 or not self._real_diversity:
            return
        share = diversity(samples) / self._real_diversity
        if share > _ALIVE:
            self._alive_at, self._fading = step, False
            return
        self._fading = self._alive_at is not None
        if share < _COLLAPSED and self._fading:
            self._alarm(
                "collapsed",
                f"the generator has collapsed: at step {step} its samples differ {share:.0%} as "
                "much as real ones do; try a larger --batch-size"
                f"{self._advice(*_AGAINST_COLLAPSE)}",
            )

    def _advice(self, *ways: dict) -> str:
        """The first of some settings that are legal for the recipe: ", or --r1 1"."""
        for way in ways:
            has = {name: getattr(self._config, name, None) for name in way}
            # What is on already is no advice, in whatever strength.
            off = any(not now or (isinstance(now, str) and now != way[n]) for n, now in has.items())
            if off and self._config.accepts(**way):
                told = (f"{flag(name)} {value}" for name, value in way.items())
                return f", or {' '.join(told)}"
        return ""

    def _alarm(self, kind: str, words: str) -> None:
        if self._mode == "stop":
            raise TrainingFailed(
                words + ". Start a new run with that; what was saved so far is kept"
            )
        if kind not in self._warned:
            self._warned.add(kind)
            print(f"warning: {words}", file=sys.stderr)


def diversity(samples: np.ndarray) -> float:
    """Compute the standard deviation over samples, averaged over pixels or coordinates."""
    return float(np.asarray(samples, np.float32).std(axis=0).mean())
