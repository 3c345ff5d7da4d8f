"""A running average of the generator: the network that is shown, kept and evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras import ops

from common.machine.precision import computing_in, recast
from common.machine.strategy import replicas
from common.network import Network


class Average:
    """A float32 copy of a player's networks whose weights follow the trained ones slowly.

    The generator circles around a good point rather than settle there; the average over
    its last steps is closer to it (Yazıcı et al. 2019; Karras et al. 2018, section 6.1).
    Batch statistics are copied, not averaged. With decay 0 there is no copy, which would
    cost the memory of all weights once more: the trained networks themselves are shown.
    """

    def __init__(self, player: Network, decay: float):
        self._player = player
        self._decay = decay
        self._models: tuple[keras.Model, ...] = ()
        # Networks that several devices share are not for others to load.
        if decay or replicas() > 1:
            with computing_in("float32"):
                built = player.buildModel()
            self._models = built if isinstance(built, tuple) else (built,)
            self._follow(0.0)

    @contextmanager
    def ema_models(self) -> Iterator[tuple[keras.Model, ...]]:
        """The networks to look at or to save, in float32 as long as `with` lasts."""
        if self._models:
            if not self._decay:
                self._follow(0.0)
            yield self._models
        else:
            with recast(self._player.models, "float32"):
                yield self._player.models

    def update(self) -> None:
        """Follow one update of the player; part of the training step."""
        if self._decay:
            # Young averages forget faster, or the first weights would show for long.
            age = ops.cast(self._player.optimizer.iterations, "float32")
            self._follow(ops.minimum(self._decay, (1 + age) / (10 + age)))

    def _follow(self, decay) -> None:
        for mine, theirs in zip(self._models, self._player.models, strict=True):
            for a, b in zip(mine.trainable_variables, theirs.trainable_variables, strict=True):
                a.assign(b + decay * (a - b))
            pairs = zip(mine.non_trainable_variables, theirs.non_trainable_variables, strict=True)
            for a, b in pairs:
                a.assign(b)

    def state(self) -> dict[str, list]:
        """What a checkpoint must hold; where nothing is averaged nothing."""
        if not self._decay:
            return {}
        return {"average": [v for model in self._models for v in model.variables]}
