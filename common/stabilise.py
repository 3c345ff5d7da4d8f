"""Stabilisers of a discriminator: gradient penalties, augmentation, instance noise.

They work on a discriminator from outside: no `buildModel` mentions them. (So does spectral
normalisation, in `common.spectral_norm`.) Random numbers come with the batch (`draw`), so that a
resumed training and several devices see the same ones.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from keras import ops

from common.adversarial import AdversarialConfig
from common.augment import augment
from common.machine.backend import with_input_gradient


def any_of(config: AdversarialConfig) -> bool:
    """Return whether any penalty, norm or alteration is configured."""
    return config.penalised or alters(config)


def alters(config: AdversarialConfig) -> bool:
    """Return whether the discriminator sees altered samples."""
    return bool(config.augment or config.instance_noise)


def draw(rng: np.random.Generator, count: int, config: AdversarialConfig) -> dict[str, np.ndarray]:
    """Draw the random numbers for `count` samples, shared by real and fake ones.

    Returns:
        `epsilon` of WGAN-GP, float32 count, in [0, 1); `augment`, float32 count×7, in [0, 1);
        `instance_noise`, float32 N(0, 1), shaped as the samples: each where it is used.
    """
    drawn = {}
    if config.gradient_penalty:
        drawn["epsilon"] = rng.random(count, np.float32)
    if config.augment:
        drawn["augment"] = rng.random((count, 7), np.float32)
    if config.instance_noise:
        *sides, channels = config.sample_shape
        # Of two domains either may have more channels.
        channels = max(channels, getattr(config, "input_channels", None) or 0)
        shape = (count, *_grouped(config), *sides, channels)
        drawn["instance_noise"] = rng.standard_normal(shape, np.float32)
    return drawn


def _grouped(config: AdversarialConfig) -> tuple[int, ...]:
    return (config.group_size,) if config.grouped_by else ()


def view(seen: dict, names: list[str], config: AdversarialConfig, done) -> dict:
    """Return a batch as a discriminator sees it: noise on `sample`, pictures augmented.

    Differentiable with respect to the sample, so that a generator learns through it.

    Args:
        seen: The batch, with `sample`.
        names: The discriminator's inputs. Pictures among them are shifted and cut alike;
            colours change in `sample` alone.
        done: Number of the discriminator's updates so far, float32.
    """
    seen = dict(seen)
    if config.instance_noise:
        width = config.instance_noise
        noise = seen["instance_noise"][..., : seen["sample"].shape[-1]]
        if config.instance_noise_steps:
            width = width * ops.relu(1 - done / config.instance_noise_steps)
        seen["sample"] = _f32(seen["sample"]) + width * noise
    if config.augment:
        numbers, group = seen["augment"], config.group_size if config.grouped_by else 0
        for name in names:
            if len(seen[name].shape) >= 4:
                seen[name] = augment(seen[name], numbers, colours=name == "sample", group=group)
    return seen


def penalty(logits: Callable, samples, gamma: float, score: Callable):
    """Compute R1 (real samples) or R2 (fake), γ/2 · E‖∇D(x)‖² (Mescheder et al. 2018, equation 9).

    Args:
        logits: Samples to logits.
        gamma: The weight γ; 0: there is no penalty.
        score: As `common.loss.Loss.score`: from logits to the score whose gradient counts.

    Returns:
        The logits (they come with the gradient, so need no second pass), and the penalty, a
        float32 scalar or None. For D(x) = a·x it is γ/2 · ‖a‖².
    """
    if not gamma:
        return logits(samples), None
    output, gradient = with_input_gradient(logits, samples, score)
    return output, 0.5 * gamma * ops.mean(_squared_norm(gradient))


def gradient_penalty(logits: Callable, real, fake, epsilon, weight: float, score: Callable):
    """Compute the penalty of WGAN-GP, λ · E(‖∇D(x̂)‖ − 1)² (Gulrajani et al. 2017, equation 3).

    x̂ lies on the line between a real and a fake sample, with one ε a pair; the norm is over
    all axes but the batch. For D(x) = a·x the penalty is λ(‖a‖ − 1)².

    Args:
        epsilon: N numbers in [0, 1).
        weight: λ.
    """
    epsilon = ops.reshape(epsilon, (-1,) + (1,) * (len(real.shape) - 1))
    between = epsilon * real + (1 - epsilon) * ops.cast(fake, real.dtype)
    _, gradient = with_input_gradient(logits, between, score)
    # The square root has no gradient at 0, where a flat picture or a new critic may be.
    norm = ops.sqrt(_squared_norm(gradient) + 1e-12)
    return weight * ops.mean((norm - 1) ** 2)


def _squared_norm(gradient):
    gradient = _f32(gradient)
    return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))


def _f32(values):
    return ops.cast(ops.convert_to_tensor(values), "float32")
