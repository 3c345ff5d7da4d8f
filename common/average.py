"""A running average of the generator: the network that is shown, kept and evaluated."""

from __future__ import annotations

from keras import ops

from common.network import Player
from common.precision import computing_in


class Average:
    """A float32 copy of a player's networks whose weights follow the trained ones slowly.

    The generator circles around a good point rather than settle there; the average over
    its last steps is closer to it (Yazıcı et al. 2019; Karras et al. 2018, section 6.1).
    Batch statistics are copied, not averaged. With decay 0 it is a plain float32 copy.
    """

    def __init__(self, player: Player, decay: float):
        self._player = player
        self._decay = decay
        with computing_in("float32"):
            built = player.buildModel()
        self.models = built if isinstance(built, tuple) else (built,)
        self.model = self.models[0]
        self._copy(0.0)

    def update(self) -> None:
        """Follow one update of the player; part of the training step."""
        if self._decay:
            # Young averages forget faster, or the first weights would show for long.
            age = ops.cast(self._player.optimizer.iterations, "float32")
            self._copy(ops.minimum(self._decay, (1 + age) / (10 + age)))

    def refresh(self) -> None:
        """Bring a plain copy up to date; to be called before it is looked at."""
        if not self._decay:
            self._copy(0.0)

    def _copy(self, decay) -> None:
        for mine, theirs in zip(self.models, self._player.models, strict=True):
            for a, b in zip(mine.trainable_variables, theirs.trainable_variables, strict=True):
                a.assign(b + decay * (a - b))
            pairs = zip(mine.non_trainable_variables, theirs.non_trainable_variables, strict=True)
            for a, b in pairs:
                a.assign(b)

    def state(self) -> dict[str, list]:
        """What a checkpoint must hold; of a plain copy nothing."""
        if not self._decay:
            return {}
        return {"average": [v for model in self.models for v in model.variables]}
