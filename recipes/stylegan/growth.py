"""Progressive growth: networks that begin small, and get a level more when they are ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import NamedTuple

import keras
from keras import ops

from common.loss import Loss
from common.machine import backend
from common.network import Network
from common.trainer import Phase

from .config import FIRST_LEVEL, Config
from .discriminator import StyleDiscriminator
from .gan import StyleGAN
from .generator import StyleGenerator
from .lazy import share_of

#: How much faster both networks learn at large sizes, in the authors' code.
FASTER = {128: 1.5, 256: 2.0, 512: 3.0, 1024: 3.0}


class Level(NamedTuple):
    """Part of a training, in which the networks have one size."""

    size: int
    #: Whether the size is new, and fades in; else it is learned as it is.
    fades: bool
    #: The step at which it begins.
    begins: int


def levels(config: Config) -> list[Level]:
    """Return the parts of a training: 8 pixels; then a fade to each size, and as long after it."""
    each = steps_of(config)
    found = [Level(FIRST_LEVEL, False, 0)]
    for size in config.resolutions:
        if size > FIRST_LEVEL:
            found.append(Level(size, True, found[-1].begins + each))
            found.append(Level(size, False, found[-1].begins + each))
    return [level for level in found if level.begins < max(1, config.steps)]


def steps_of(config: Config) -> int:
    """Return the number of steps of a level's fade, and of what follows."""
    return max(1, config.growth_pictures // config.batch_size)


class Growing:
    """What both networks can: be used at a level's size alone."""

    @contextmanager
    def at(self, level: Level) -> Iterator[None]:
        """Context manager in which the network is its model of a level."""
        known = self.__dict__.setdefault("_known", {})
        key = level.size, level.fades
        if key not in known:
            known[key] = self.level(*key)
        whole, self.models = self.models, (known[key],)
        try:
            yield
        finally:
            self.models = whole


class GrowingGenerator(Growing, StyleGenerator):
    """Generator of which a training can use the first levels alone."""

    def __init__(self, config: Config, loss: Loss | None = None):
        super().__init__(config, loss)
        #: Steps done; a part of every checkpoint.
        self.steps = keras.Variable(0, trainable=False, dtype="int32", name="steps")
        self.buffers.append(self.steps)

    @property
    def age(self):
        """As `Network.age`, which would begin anew with the optimizer at each level."""
        return ops.cast(self.steps, "float32")

    def level(self, size: int, fades: bool) -> keras.Model:
        """Return the model that makes pictures of a level's size, of the same layers."""
        mapping, mean_style, synthesis = (
            self.model.get_layer(name) for name in ("mapping", "mean_style", "synthesis")
        )
        last = synthesis.get_layer(f"{'blend' if fades else 'to_rgb'}_{size}").output
        smaller = keras.Model(synthesis.inputs, last, name="synthesis")
        return self.assembled(mapping, mean_style, smaller)

    def blends(self) -> dict:
        """Return the layers that blend levels, by size."""
        synthesis = self.model.get_layer("synthesis")
        return {size: synthesis.get_layer(f"blend_{size}") for size in self.config.resolutions[1:]}


class GrowingDiscriminator(Growing, StyleDiscriminator):
    """Discriminator of which a training can use the last levels alone."""

    #: Steps done, which its generator counts.
    steps: keras.Variable

    @property
    def age(self):
        """As `GrowingGenerator.age`."""
        return ops.cast(self.steps, "float32")

    def level(self, size: int, fades: bool) -> keras.Model:
        """Return the model for pictures of a level's size, of the same layers."""
        return self.assembled(size, self.model.get_layer, [size] if fades else [])

    def blends(self) -> dict:
        """Return the layers that blend levels, by size."""
        return {size: self.model.get_layer(f"blend_{size}") for size in self.config.resolutions[1:]}


class GrowingStyleGAN(StyleGAN):
    """StyleGAN that grows from 8 pixels on (Karras et al. 2018, section 2).

    A new level is faded in; real pictures are faded likewise. Optimizers begin anew with it.
    """

    def build_networks(self):
        generator, discriminator = self.build_game(GrowingGenerator, GrowingDiscriminator)
        discriminator.steps = generator.steps
        return generator, discriminator

    def _complete(self) -> None:
        super()._complete()
        # Of a level always the same step, as each is compiled once.
        self._step_of = cache(lambda level: partial(self.growing_step, level))

    def phases(self) -> list[Phase]:
        """Return the levels as phases, after the discriminator's pretraining."""
        found = levels(self.config)
        ends = [level.begins for level in found[1:]] + [self.config.steps]
        pretraining = super().phases()[:1]
        pairs = zip(found, ends, strict=True)
        return pretraining + [Phase(self._step_of(level), end) for level, end in pairs]

    def growing_step(self, level: Level, batch: dict) -> dict:
        """Update each network once, at the size of a level."""
        done = ops.cast(self.generator.steps.value - level.begins + 1, "float32")
        share = ops.clip(done / steps_of(self.config), 0, 1) if level.fades else 1.0
        batch = batch | {"real": as_learned(batch["real"], level, share)}
        batch["mix"] = cut_at(batch["cut"], level.size, self.config)
        for network in (self.generator, self.discriminator):
            network.blends()[level.size].share.assign(share)
        with self.generator.at(level), self.discriminator.at(level):
            with backend.tape() as forward:
                fake = self.generator(batch)
            logs = self.discriminator.trainModel(batch, ops.stop_gradient(fake))
            logs |= self.generator.trainModel(batch, fake, self.discriminator, tape=forward)
        self.generator.steps.assign(self.generator.steps + 1)
        self.average.update()
        return logs | {"size": ops.cast(level.size, "float32"), "share": ops.cast(share, "float32")}

    def discriminator_step(self, batch: dict) -> dict:
        """Update the discriminator only, at the first size."""
        level = levels(self.config)[0]
        batch = batch | {"real": as_learned(batch["real"], level, 1.0)}
        with self.generator.at(level), self.discriminator.at(level):
            return super().discriminator_step(batch)

    def _fit(self, phase: Phase, dataset, callbacks: list) -> None:
        if isinstance(phase.step, partial):
            (level,) = phase.step.args
            for network in (self.generator, self.discriminator):
                self._begin(network, level)
        super()._fit(phase, dataset, callbacks)

    def _begin(self, network: Network, level: Level) -> None:
        """Set the optimizer's rate for a level; where that is new, it forgets all others."""
        optimizer = network.optimizer
        rate = getattr(self.config, f"{network.name}_rate") * FASTER.get(level.size, 1.0)
        if network is self.discriminator and self.discriminator.is_lazy:
            rate *= share_of(self.config.r1_every)
        if level.fades and self.step == level.begins:
            for variable in optimizer.variables:
                variable.assign(ops.zeros_like(variable))
        optimizer.learning_rate = rate


def as_learned(real, level: Level, share):
    """Shrink pictures to the size of a level; where that fades in, from the one below."""
    factor = real.shape[1] // level.size
    small = ops.average_pool(real, factor, factor) if factor > 1 else real
    if not level.fades:
        return small
    smaller = ops.average_pool(small, 2, 2)
    below = ops.repeat(ops.repeat(smaller, 2, axis=1), 2, axis=2)
    return below + share * (small - below)


def cut_at(place, size: int, config: Config):
    """Where styles change, among the layers that there are: as `mix`, N×layers.

    Args:
        place: N numbers in [0, 1); 1: they do not change.
        size: Pixels a side.
        config: The settings.
    """
    there = 2 * (config.resolutions.index(size) + 1)
    cut = 1 + ops.floor(place * (there - 1))
    layers = ops.arange(config.style_layers, dtype="float32")
    return ops.cast(layers >= cut[:, None], "float32")
