"""Templates of networks: Network, Generator and Discriminator."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import keras
from keras import ops

from common import stabilise
from common.config import Config
from common.loss import Loss, pairwise_accuracy
from common.machine import backend
from common.machine.fast_paths import speed_up
from common.machine.strategy import replicas
from common.optimizers import adam
from common.spectral_norm import SpectralNorm


class Network:
    """Owner of one or more `keras.Model`s, one optimizer and one loss.

    Its update changes what it owns, and nothing else: gradients are taken for its own
    variables by name, and another network is evaluated by `frozen`, which does not even change
    a batch statistic. So `trainable = False` is never needed.

    A subclass writes `buildModel` and `lossFunction`, and overrides `update` where its paper
    gates or clips. A model's `keras.Input`s are named after the entries of a batch
    (`common.batches` has the table): a network that has an Input `label` is given the labels.

    Args:
        config: The recipe's settings.
        loss: The adversarial loss, where there is one.
    """

    #: Prefix of its logs and of its entries in a checkpoint; `config.NAME_rate` is its rate.
    name: str

    def __init__(self, config: Config, loss: Loss | None = None):
        self.config = config
        self.loss = loss
        built = self.buildModel()
        #: The models; most networks have one.
        self.models: tuple[keras.Model, ...] = built if isinstance(built, tuple) else (built,)
        self.model = self.models[0]
        for model in self.models:
            speed_up(model)
        self.optimizer = self.build_optimizer()
        self.optimizer.build(self.trainable_variables)
        #: State beside the models that decides how a training goes on, such as a history of
        #: fakes: a part of every checkpoint.
        self.buffers: list[keras.Variable] = []
        # Where several devices share a batch, each has a thread of its own.
        self._of_thread = threading.local()

    def buildModel(self) -> keras.Model | tuple[keras.Model, ...]:
        """Build the model, of Keras layers alone; a tuple where the network has several."""
        raise NotImplementedError

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Build the optimizer of all variables: by default Adam at `config.NAME_rate`."""
        return adam(getattr(self.config, f"{self.name}_rate"), self.config)

    def lossFunction(self, batch: dict, *outputs) -> dict:
        """Compute the named terms of this network's loss, scalars; their sum is minimised."""
        raise NotImplementedError

    def trainModel(self, batch: dict, *outputs, tape=None) -> dict:
        """Update what this network owns, from `lossFunction(batch, *outputs)`.

        Args:
            batch: Arrays by name.
            outputs: Further arguments of the loss: outputs of this and of other networks.
            tape: The tape that already recorded this network's forward pass, where `outputs`
                hold its result: the pass is then shared instead of being done twice.

        Returns:
            The terms of the loss and what `log` was given, as "NAME/term".
        """
        self.logged.clear()
        tape = tape or backend.tape()
        with tape:
            terms = self.lossFunction(batch, *outputs)
            # Where several devices share a batch, the optimizer sums their gradients.
            total = sum(terms.values()) / replicas()
        self.update(tape.gradient(total, self.trainable_variables))
        return {f"{self.name}/{term}": value for term, value in (terms | self.logged).items()}

    def update(self, gradients: list) -> None:
        """Apply the gradients of `trainable_variables`; the place to gate or to clip them."""
        self.optimizer.apply(gradients, self.trainable_variables)

    @property
    def age(self):
        """Its updates so far, a float32 scalar: what averages and fading noise go by."""
        return ops.cast(self.optimizer.iterations, "float32")

    def log(self, **values) -> None:
        """Log scalars that are not part of the loss."""
        self.logged.update(values)

    @property
    def logged(self) -> dict:
        """Scalars to be logged with the loss of this update, on this device."""
        return self._of_thread.__dict__.setdefault("logged", {})

    def __call__(self, batch: dict, which: int = 0):
        """Compute a model's output in training mode, which moves batch statistics and seeds."""
        model = self.models[which]
        return model(named_inputs(model, batch), training=True)

    def frozen(self, batch: dict, which: int = 0):
        """Compute the same output without changing a variable, for another network's loss.

        As in its own update, batch normalisation uses the batch's statistics; but the running
        statistics and the seeds that such a call moves are given back instead of stored.
        """
        model = self.models[which]
        outputs, _ = model.stateless_call(
            [v.value for v in model.trainable_variables],
            [v.value for v in model.non_trainable_variables],
            named_inputs(model, batch),
            training=True,
        )
        return outputs

    @property
    def trainable_variables(self) -> list:
        """Variables that the update changes by gradient, in a fixed order."""
        return [v for model in self.models for v in model.trainable_variables]

    def state(self) -> dict[str, list]:
        """Return all variables that a checkpoint must hold, seeds included, by name."""
        variables = [v for model in self.models for v in model.variables]
        state = {self.name: variables, f"{self.name}_optimizer": self.optimizer.variables}
        return state | ({f"{self.name}_buffers": self.buffers} if self.buffers else {})


def named_inputs(model: keras.Model, batch: dict):
    """Select a model's inputs from a batch: the entries that its `keras.Input`s are named after.

    Returns:
        One tensor, or a list where the model has several inputs.
    """
    values = [batch[tensor.name] for tensor in model.inputs]
    return values[0] if len(values) == 1 else values


class Generator(Network):
    """Network that makes samples from latents or from other pictures."""

    name = "generator"

    def lossFunction(self, batch: dict, fake, discriminator: Discriminator) -> dict:
        """Compute the adversarial loss of generated samples.

        Args:
            batch: Holds the discriminator's other inputs and, for relativistic losses, `real`.
            fake: This generator's samples.
            discriminator: Evaluated without side effects.
        """
        logits = partial(discriminator.logits, batch=batch, frozen=True)
        real_logits = logits(batch["real"]) if self.loss.generator_needs_real else None
        return {"adversarial": self.loss.generator(logits(fake), real_logits)}


class Discriminator(Network):
    """Network that tells real samples from fake ones.

    Its models have an Input `sample`, and others for the conditions of each sample. All
    stabilisers of `common.adversarial.AdversarialConfig` are here: altered samples (`logits`),
    penalties (`adversarial`), and spectral normalisation of the kernels.
    """

    name = "discriminator"
    #: Whether samples of a batch do not affect each other, so that real and fake ones can share
    #: a forward pass where no stabiliser forbids it: the same numbers in less time.
    joint_pass = False

    def __init__(self, config: Config, loss: Loss | None = None):
        super().__init__(config, loss)
        self._spectral = None
        if config.spectral_norm:
            self._spectral = [SpectralNorm(model) for model in self.models]
            self.buffers += [v for norm in self._spectral for v in norm.variables]

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Adam at `config.discriminator_rate`, which decays by this network's own updates."""
        rate = getattr(self.config, f"{self.name}_rate")
        return adam(rate, self.config, self.config.critic_steps)

    def trainModel(self, batch: dict, *outputs, tape=None) -> dict:
        for norm in self._spectral or ():
            norm.iterate()
        return super().trainModel(batch, *outputs, tape=tape)

    def lossFunction(self, batch: dict, fake) -> dict:
        """Compute the adversarial loss of `batch["real"]` and `fake`, and the penalties."""
        return self.adversarial(batch["real"], fake, batch)

    def adversarial(self, real, fake, batch: dict, which: int = 0) -> dict:
        """Compute the terms of an adversarial loss; for recipes with a history, or several models.

        Real and fake samples pass as two batches, so that each is normalised by its own
        statistics (Radford et al. 2016). Penalties are on the gradient at samples as they are,
        through whatever is done to them before D sees them (Huang et al. 2024).

        Args:
            real, fake: Samples.
            batch: The discriminator's other inputs, and the random numbers of the stabilisers.
            which: Index of the model.
        """
        config, terms = self.config, {}
        logits = partial(self.logits, batch=batch, which=which)
        if self.joint_pass and not stabilise.any_of(config):
            real_logits, fake_logits = ops.split(logits(ops.concatenate([real, fake])), 2)
        else:
            score = self.loss.score
            real_logits, terms["r1"] = stabilise.penalty(logits, real, config.r1, score)
            fake_logits, terms["r2"] = stabilise.penalty(logits, fake, config.r2, score)
        if config.gradient_penalty:
            terms["gradient_penalty"] = stabilise.gradient_penalty(
                *(logits, real, fake, batch["epsilon"], config.gradient_penalty, self.loss.score)
            )
        self.observe(real_logits, fake_logits)
        terms = {name: value for name, value in terms.items() if value is not None}
        return {"adversarial": self.loss.discriminator(real_logits, fake_logits)} | terms

    def observe(self, real_logits, fake_logits) -> None:
        """Log what this update's logits tell of the game; here, the pairwise accuracy."""
        accuracy = pairwise_accuracy(self.loss.score(real_logits), self.loss.score(fake_logits))
        self.log(pairwise_accuracy=accuracy)

    def logits(self, samples, batch: dict, frozen: bool = False, which: int = 0):
        """Compute a model's logits for samples, altered by the stabilisers.

        Args:
            samples: Real or fake.
            batch: The discriminator's other inputs.
            frozen: Without side effects, for another network's loss.
            which: Index of the model.
        """
        seen = batch | {"sample": samples}
        if stabilise.alters(self.config):
            names = [tensor.name for tensor in self.models[which].inputs]
            seen = stabilise.view(seen, names, self.config, self.age)
        return (self.frozen if frozen else self)(seen, which=which)

    def __call__(self, batch: dict, which: int = 0):
        if self._spectral is None:
            return super().__call__(batch, which)
        model = self.models[which]
        outputs, moved = self._normalised(batch, which)
        for variable, value in zip(model.non_trainable_variables, moved, strict=True):
            variable.assign(value)
        return outputs

    def frozen(self, batch: dict, which: int = 0):
        return self._normalised(batch, which)[0] if self._spectral else super().frozen(batch, which)

    def _normalised(self, batch: dict, which: int):
        """A model's output and its moved state, computed with kernels of norm 1."""
        model = self.models[which]
        return model.stateless_call(
            self._spectral[which].weights(),
            [v.value for v in model.non_trainable_variables],
            named_inputs(model, batch),
            training=True,
        )

    @contextmanager
    def baked(self) -> Iterator[tuple[keras.Model, ...]]:
        """Context manager that yields the models with spectral normalisation in their weights."""
        if self._spectral is None:
            yield self.models
            return
        before = [[ops.copy(v.value) for v in m.trainable_variables] for m in self.models]
        for model, norm in zip(self.models, self._spectral, strict=True):
            _assign(model, norm.weights())
        try:
            yield self.models
        finally:
            for model, values in zip(self.models, before, strict=True):
                _assign(model, values)


def _assign(model: keras.Model, values: list) -> None:
    for variable, value in zip(model.trainable_variables, values, strict=True):
        variable.assign(value)
