"""Equilibrium as a reason to stop."""

from __future__ import annotations

import keras
import numpy as np


class Equilibrium(keras.callbacks.Callback):
    """Stops a training where the discriminator no longer tells real from made.

    At the game's solution D(x) = ½ everywhere (Goodfellow et al. 2014, proposition 1): of
    pairs of one real and one made sample it ranks half in the right order, whatever the
    loss. That is necessary but not sufficient, for a discriminator that has learned nothing
    yet ranks no better. So two things are waited for: that it has led, clearly, at some time;
    and that it then stays at ½ for `PATIENCE` steps. A discriminator too weak for its task
    ends a training all the same: look at the samples.

    Args:
        tolerance: How far from ½ the running mean of the ranking may be, above 0.
    """

    #: Steps for which the balance must hold.
    PATIENCE = 500
    #: Weight of the past in the running mean: about the last hundred steps count.
    _DECAY = 0.99
    #: A lead is this many tolerances.
    _LEAD = 3

    def __init__(self, tolerance: float):
        super().__init__()
        self._tolerance = tolerance
        # The running mean of the ranking, whether D has led, and for how many steps since
        # then nobody has. A variable, so that checkpoints have it.
        self._seen = keras.Variable([0.5, 0.0, 0.0], dtype="float32", trainable=False)

    @property
    def reached(self) -> bool:
        """Whether the game has come to its end."""
        return bool(np.asarray(self._seen)[2] >= self.PATIENCE)

    def on_train_batch_end(self, batch, logs=None):
        """Take one step's ranking into account."""
        mean, led, calm = np.asarray(self._seen)
        mean = self._DECAY * mean + (1 - self._DECAY) * float(logs["discriminator/ranked"])
        led = max(led, float(mean > 0.5 + self._LEAD * self._tolerance))
        calm = calm + 1 if led and abs(mean - 0.5) < self._tolerance else 0
        self._seen.assign([mean, led, calm])
        if self.reached:
            self.model.stop_training = True

    def state(self) -> dict[str, list]:
        """What a checkpoint must hold."""
        return {"equilibrium": [self._seen]}
