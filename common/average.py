"""Exponential moving averages (EMA) of networks' weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
from keras import ops

from common.machine.fast_paths import as_loaded
from common.machine.precision import computing_in, recast
from common.machine.strategy import replicas
from common.network import Network


class Average:
    """Exponential moving average (EMA) of the weights of networks, in float32.

    A generator circles around a good point rather than settle there; the average over its last
    steps is closer to it (Yazıcı et al. 2019; Karras et al. 2018, section 6.1). Batch statistics
    are copied, not averaged. With decay 0 there is no copy, which would cost the memory of all
    weights once more: the trained networks themselves are used.

    Args:
        networks: The networks whose models are averaged, in this order.
        decay: Weight of the previous average at each update, in [0, 1).
    """

    def __init__(self, networks: Sequence[Network], decay: float):
        self._networks, self._decay = networks, decay
        self._copies: list[tuple[keras.Model, ...]] = []
        # Networks that several devices share cannot be saved for other machines: a copy is.
        if decay or replicas() > 1:
            with computing_in("float32"):
                built = [network.buildModel() for network in networks]
            self._copies = [b if isinstance(b, tuple) else (b,) for b in built]
            self._follow(lambda network: 0.0)

    @contextmanager
    def ema_models(self) -> Iterator[tuple[keras.Model, ...]]:
        """Context manager that yields the averaged models, in float32."""
        if self._copies:
            if not self._decay:
                self._follow(lambda network: 0.0)
            yield tuple(model for models in self._copies for model in models)
        else:
            models = tuple(model for network in self._networks for model in network.models)
            with recast(models, "float32"), as_loaded():
                yield models

    def update(self) -> None:
        """Update the averages after an update of the networks; part of the training step."""
        if self._decay:
            self._follow(self._decay_of)

    def _decay_of(self, network: Network):
        # Young averages forget faster, or the first weights would show for long.
        return ops.minimum(self._decay, (1 + network.age) / (10 + network.age))

    def _follow(self, decay_of) -> None:
        for copies, network in zip(self._copies, self._networks, strict=True):
            decay = decay_of(network)
            for mine, theirs in zip(copies, network.models, strict=True):
                pairs = zip(mine.trainable_variables, theirs.trainable_variables, strict=True)
                for a, b in pairs:
                    a.assign(b + decay * (a - b))
                pairs = zip(
                    mine.non_trainable_variables, theirs.non_trainable_variables, strict=True
                )
                for a, b in pairs:
                    a.assign(b)

    def state(self) -> dict[str, list]:
        """Return the variables that a checkpoint must hold; none where nothing is averaged."""
        if not self._decay:
            return {}
        copies = [model for models in self._copies for model in models]
        return {"average": [v for model in copies for v in model.variables]}
