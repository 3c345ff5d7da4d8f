"""Early stopping at equilibrium."""

from __future__ import annotations

import keras
import numpy as np


class Equilibrium(keras.callbacks.Callback):
    """Callback to stop a training where the discriminator no longer tells real from fake.

    At the game's solution fake samples are distributed as real ones (Goodfellow et al. 2014,
    theorem 1): whatever D says, short of ties, half of all pairs of one real and one fake
    sample are then in the right order. (Or a little fewer: the accuracy is measured before D's
    update, and the generator has learned from its last.) That is necessary but not sufficient,
    for a discriminator that has learned nothing yet is no better. So two conditions must hold:
    it has clearly led at some time, and then it has had no lead for `PATIENCE` steps. A
    discriminator too weak for its task ends a training all the same, and so do leads that change
    hands more slowly than that: look at the samples.

    Args:
        tolerance: How far above ½ the running mean of the pairwise accuracy may be, above 0;
            below ½ it may be five times as far.
    """

    #: Steps for which the balance must hold.
    PATIENCE = 500
    #: Weight of the past in the running mean: about the last hundred steps count.
    _DECAY = 0.99
    #: A lead is this many tolerances.
    _LEAD = 3
    #: How many tolerances below ½ are still balance: far below, D is not well.
    _BEHIND = 5

    def __init__(self, tolerance: float):
        super().__init__()
        self._tolerance = tolerance
        # The running mean of the accuracy, whether D has led, and for how many steps since
        # then it has not. While a training runs these are plain numbers, which are quicker;
        # the variable is what outlives it and what checkpoints have.
        self._mean, self._led, self._calm = np.float32([0.5, 0, 0])
        self._running = False
        self._kept = keras.Variable([0.5, 0.0, 0.0], dtype="float32", trainable=False)

    @property
    def reached(self) -> bool:
        """Whether the balance has held for `PATIENCE` steps."""
        return bool(np.asarray(self._kept)[2] >= self.PATIENCE)

    def on_train_begin(self, logs=None):
        """Read the state from the variable."""
        self._mean, self._led, self._calm = np.asarray(self._kept)
        self._running = True

    def on_train_batch_end(self, batch, logs=None):
        """Take one step's pairwise accuracy into account."""
        accuracy = np.float32(logs["discriminator/pairwise_accuracy"])
        self._mean += np.float32(1 - self._DECAY) * (accuracy - self._mean)
        lead = self._mean - 0.5
        self._led = max(self._led, np.float32(lead > self._LEAD * self._tolerance))
        rests = self._led and -self._BEHIND * self._tolerance < lead < self._tolerance
        self._calm = self._calm + 1 if rests else np.float32(0)
        if self._calm >= self.PATIENCE:
            self._keep()
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        """Write the state to the variable."""
        self._keep()
        self._running = False

    def _keep(self) -> None:
        self._kept.assign([self._mean, self._led, self._calm])

    def state(self) -> dict[str, list]:
        """Return the variable that a checkpoint must hold."""
        if self._running:
            self._keep()
        return {"equilibrium": [self._kept]}
