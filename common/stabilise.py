"""Gradient penalties: they keep a discriminator from becoming arbitrarily steep.

All want a discriminator without batch normalisation, whose statistics would tie the
gradient of one picture to the others of its batch.
"""

from __future__ import annotations

from keras import ops, random

from common.machine.backend import with_input_gradient
from common.machine.strategy import own, replicas


def r1(discriminator, real, gamma: float):
    """R1 (Mescheder et al. 2018, equation 9): γ/2 · E‖∇D(x)‖² at the real pictures.

    Returns:
        The logits of `real` (they come with the gradient, so need no second pass), and the
        penalty, a float32 scalar. For D(x) = a·x the penalty is γ/2 · ‖a‖².
    """
    logits, gradient = with_input_gradient(discriminator, real)
    return logits, 0.5 * gamma * ops.mean(_squared_norm(gradient))


def gradient_penalty(discriminator, real, fake, weight: float = 10.0, seed=None):
    """WGAN-GP (Gulrajani et al. 2017, equation 3): λ · E(‖∇D(x̂)‖ − 1)².

    x̂ lies on the line between a real and a fake picture, with one ε a pair; the norm is
    over all axes but the batch. For D(x) = a·x the penalty is λ(‖a‖ − 1)².

    Args:
        seed: A `keras.random.SeedGenerator` for ε, kept by the caller so that a checkpoint
            has its state.
    """
    # Drawn for the whole batch, of which this device may have a part.
    shape = (ops.shape(real)[0] * replicas(),) + (1,) * (len(real.shape) - 1)
    epsilon = own(random.uniform(shape, seed=seed))
    between = epsilon * real + (1 - epsilon) * fake
    _, gradient = with_input_gradient(discriminator, between)
    # The square root has no gradient at 0, where a flat picture or a new critic may be.
    norm = ops.sqrt(_squared_norm(gradient) + 1e-12)
    return weight * ops.mean((norm - 1) ** 2)


def _squared_norm(gradient):
    gradient = ops.cast(gradient, "float32")
    return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
