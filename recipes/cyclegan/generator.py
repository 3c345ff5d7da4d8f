"""CycleGAN's generator: two translators, A→B and B→A."""

from functools import partial

import keras
from keras import layers, ops

from common.layers import downsample, instance_norm, normal_weights, reflect, to_range, upsample
from common.loss import LeastSquares
from common.network import Generator


class CycleGANGenerator(Generator):
    """Two translators, A→B and B→A (Zhu et al. 2017, sections 3 and 4, appendix)."""

    def buildModel(self) -> tuple[keras.Model, keras.Model]:
        """Build A→B and B→A: (N, H, W, C) → (N, H, W, C'), in [-1, 1]; H, W multiples of 4."""
        config = self.config
        return (
            translator(config, config.input_channels, config.channels, "generator"),
            translator(config, config.channels, config.input_channels, "generator_back"),
        )

    def lossFunction(self, batch, fake, same, discriminator) -> dict:
        """Compute the adversarial, cycle-consistency and identity losses.

        Args:
            batch: Pictures of A (`input`) and of B (`real`), N×H×W×C in [-1, 1].
            fake: The translations of B to A, and of A to B.
            same: Outputs for pictures that are in the target domain already, of A and of B.
            discriminator: Evaluated without side effects.

        Returns:
            Each term is the sum of both directions: one step trains both translators.
        """
        config, (fake_a, fake_b), real = self.config, fake, (batch["input"], batch["real"])
        fooled = 0.0
        for which, (own, other) in enumerate(zip(real, fake, strict=True)):
            logits = partial(discriminator.logits, batch=batch, frozen=True, which=which)
            own_logits = logits(own) if self.loss.generator_needs_real else None
            fooled += self.loss.generator(logits(other), own_logits)
        # Zhu et al. do not halve the square, as Mao et al. do.
        terms = {"adversarial": fooled * (2 if isinstance(self.loss, LeastSquares) else 1)}
        if config.cycle:
            again = self.to_a(fake_b)[0], self.to_b(fake_a)[0]
            terms["cycle"] = config.cycle * _l1(again, real)
        if config.identity:
            terms["identity"] = config.identity * _l1(same, real)
        return terms

    def to_b(self, *pictures) -> tuple:
        """Translate batches to B; they share a pass, as samples do not affect each other."""
        return self._in_one_pass(pictures, which=0)

    def to_a(self, *pictures) -> tuple:
        """Translate batches to A; see `to_b`."""
        return self._in_one_pass(pictures, which=1)

    def _in_one_pass(self, batches: tuple, which: int) -> tuple:
        together = ops.concatenate(batches) if len(batches) > 1 else batches[0]
        return tuple(ops.split(self({"input": together}, which=which), len(batches)))


def translator(config, channels_in: int, channels_out: int, name: str) -> keras.Model:
    """Build a translator: c7s1-w, d2w, d4w, residual blocks, u2w, uw, c7s1-out (appendix 7.2).

    Borders are reflected at full size and in the blocks, and are zero where the size
    changes, as in the authors' code.
    """
    width = config.width
    picture = keras.Input((None, None, channels_in), name="input")
    x = _convolution(reflect(picture, 3), width, 7)
    x = layers.ReLU()(instance_norm(x))
    for wider in (2 * width, 4 * width):
        x = downsample(x, wider, 3, bias=True)
        x = layers.ReLU()(instance_norm(x))
    for _ in range(config.blocks):
        y = instance_norm(_convolution(reflect(x, 1), 4 * width, 3))
        y = instance_norm(_convolution(reflect(layers.ReLU()(y), 1), 4 * width, 3))
        # Nothing after the sum: what passes a block may be negative.
        x = layers.Add()([x, y])
    for narrower in (2 * width, width):
        x = upsample(x, narrower, 3, config.upsampling, bias=True)
        x = layers.ReLU()(instance_norm(x))
    x = _convolution(reflect(x, 3), channels_out, 7)
    return keras.Model(picture, to_range(x), name=name)


def _convolution(x, width: int, kernel: int):
    return layers.Conv2D(width, kernel, kernel_initializer=normal_weights())(x)


def _l1(fake: tuple, real: tuple):
    """Mean absolute differences, summed over A and B."""
    return sum(ops.mean(ops.abs(f - r)) for f, r in zip(fake, real, strict=True))
