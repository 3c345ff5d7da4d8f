"""The templates Generator and Discriminator: each owns its networks, its loss and its step."""

from __future__ import annotations

import keras

from common.config import Config
from common.loss import Loss, ranked
from common.machine import backend
from common.machine.strategy import replicas
from common.optimizers import adam


class Network:
    """One side of the game: the owner of one or more networks and of one optimizer.

    Its update changes what it owns, and nothing else: gradients are taken for its own
    variables by name, and the other side is asked through `frozen`, which changes not even
    a batch statistic. So `trainable = False` is never needed.

    A subclass writes `buildModel` and `lossFunction`, and overrides `trainModel` where its
    paper has a special update.
    """

    def __init__(self, config: Config, loss: Loss):
        self.config = config
        self.loss = loss
        built = self.buildModel()
        #: The networks; most players have one.
        self.models: tuple[keras.Model, ...] = built if isinstance(built, tuple) else (built,)
        self.model = self.models[0]
        self.optimizer = self.build_optimizer()
        self.optimizer.build(self.trainable_variables)
        self._observed: dict = {}

    def buildModel(self) -> keras.Model | tuple[keras.Model, ...]:
        """The network, of Keras layers alone; a tuple where the player has several."""
        raise NotImplementedError

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer for all that this player owns."""
        raise NotImplementedError

    def lossFunction(self, *inputs) -> dict:
        """The named terms of this player's loss, scalars; their sum is minimised."""
        raise NotImplementedError

    def trainModel(self, *inputs, tape=None) -> dict:
        """One update of what this player owns, from `lossFunction(*inputs)`.

        Args:
            tape: The tape that already recorded the player's forward pass, where `inputs`
                hold its output: the pass is then shared instead of being done twice.

        Returns:
            The terms of the loss and what was observed on the way, to be logged.
        """
        self._observed = {}
        tape = tape or backend.tape()
        with tape:
            terms = self.lossFunction(*inputs)
            # Where several devices share a batch, the optimizer sums what each has found.
            total = sum(terms.values()) / replicas()
        gradients = tape.gradient(total, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return terms | self._observed

    def observe(self, **values) -> None:
        """Log scalars that are no part of the loss."""
        self._observed |= values

    def __call__(self, *inputs, which: int = 0):
        """A network's output, the first one's as a rule, in training: batch statistics move."""
        return self.models[which](_together(inputs), training=True)

    def frozen(self, *inputs, which: int = 0):
        """The same output with no variable changed: what the other side's loss may ask.

        As in its own update, batch normalisation uses the batch's statistics; but the running
        statistics and the seeds that such a call moves are given back instead of stored.
        """
        model = self.models[which]
        outputs, _ = model.stateless_call(
            [v.value for v in model.trainable_variables],
            [v.value for v in model.non_trainable_variables],
            _together(inputs),
            training=True,
        )
        return outputs

    @property
    def trainable_variables(self) -> list:
        """What the optimizer updates."""
        return [v for model in self.models for v in model.trainable_variables]

    def state(self, name: str) -> dict[str, list]:
        """Everything that a checkpoint must hold of this player, seeds included."""
        variables = [v for model in self.models for v in model.variables]
        return {name: variables, f"{name}_optimizer": self.optimizer.variables}


def _together(inputs: tuple):
    """What a Keras network takes: one tensor, or a list of several."""
    return inputs[0] if len(inputs) == 1 else list(inputs)


class Generator(Network):
    """The side that makes pictures."""

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Adam at `config.generator_rate`."""
        return adam(self.config.generator_rate, self.config)

    def lossFunction(self, fake, real, discriminator, *condition) -> dict:
        """How far the discriminator is from taking `fake` for real.

        Args:
            fake: This generator's pictures, N×H×W×C in [-1, 1].
            real: Real pictures; only relativistic losses look at them.
            discriminator: Pictures, and what it is told of each, to logits; without side
                effects.
            condition: What it is told.
        """
        needs_real = self.loss.generator_needs_real
        real_logits = discriminator(real, *condition) if needs_real else None
        fake_logits = discriminator(fake, *condition)
        return {"adversarial": self.loss.generator(fake_logits, real_logits)}


class Discriminator(Network):
    """The side that tells real pictures from made ones."""

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Adam at `config.discriminator_rate`: at a time scale of its own (Heusel et al. 2017)."""
        return adam(self.config.discriminator_rate, self.config)

    def lossFunction(self, real, fake, *condition) -> dict:
        """How badly real and fake are told apart, by one who is told `condition` of both.

        They pass as two batches, so that each is normalised by its own statistics
        (Radford et al. 2016).
        """
        real_logits, fake_logits = self(real, *condition), self(fake, *condition)
        self.observe(ranked=ranked(real_logits, fake_logits))
        return {"adversarial": self.loss.discriminator(real_logits, fake_logits)}
