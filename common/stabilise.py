"""Stabilisers of a discriminator: penalties, spectral norm, augmentation, instance noise.

They work on a discriminator from outside: no `buildModel` mentions them. Random numbers come
with the batch (`draw`), so that a resumed training and several devices see the same ones.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from common.config import AdversarialConfig
from common.machine.backend import with_input_gradient

#: DiffAugment's ranges (Zhao et al. 2020, as its authors' code has them): the shift, and the
#: side of what is cut out, as shares of the picture's.
SHIFT, CUTOUT = 1 / 8, 1 / 2


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
        shape = (count, *_grouped(config), *config.sample_shape)
        drawn["instance_noise"] = rng.standard_normal(shape, np.float32)
    return drawn


def _grouped(config: AdversarialConfig) -> tuple[int, ...]:
    return (config.group_size,) if config.grouped_by else ()


# --- what a discriminator sees ---


def view(seen: dict, names: list[str], config: AdversarialConfig, done) -> dict:
    """Return a batch as a discriminator sees it: noise on `sample`, pictures augmented.

    Differentiable with respect to the sample, so that a generator learns through it.

    Args:
        seen: The batch, with `sample`.
        names: The discriminator's inputs. Pictures among them are shifted and cut alike;
            colours change in `sample` alone.
        done: Number of the discriminator's updates so far.
    """
    seen = dict(seen)
    if config.instance_noise:
        width = config.instance_noise
        if config.instance_noise_steps:
            done = ops.cast(done, "float32")
            width = width * ops.relu(1 - done / config.instance_noise_steps)
        seen["sample"] = _f32(seen["sample"]) + width * seen["instance_noise"]
    if config.augment:
        numbers, group = seen["augment"], config.group_size if config.grouped_by else 0
        for name in names:
            if len(seen[name].shape) >= 4:
                seen[name] = augment(seen[name], numbers, colours=name == "sample", group=group)
    return seen


def augment(pictures, numbers, colours: bool = True, group: int = 0):
    """DiffAugment: random colours, a shift, a cutout (Zhao et al. 2020, section 3.2).

    In this order, as in the authors' code: brightness ±.5, saturation times 0 to 2, contrast
    times .5 to 1.5, each about the mean; a shift by up to an eighth of the size; half the
    height and width cut out anywhere, also across the border. What is missing is grey (0).

    Args:
        pictures: N×H×W×C in [-1, 1], or N×group×H×W×C.
        numbers: Float32 N×7 in [0, 1), which decide each picture's augmentation.
        colours: Whether to change colours, too.
        group: Number of pictures that are altered alike; 0: pictures are not grouped.
    """
    x = _f32(pictures)
    shape = x.shape
    if group and len(shape) == 5:
        x = ops.reshape(x, (-1, *shape[2:]))
        numbers = ops.repeat(numbers, group, axis=0)
    if colours:
        brightness, saturation, contrast = (numbers[:, i, None, None, None] for i in range(3))
        x = x + brightness - 0.5
        grey = ops.mean(x, axis=-1, keepdims=True)
        x = grey + 2 * saturation * (x - grey)
        mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
        x = mean + (0.5 + contrast) * (x - mean)
    height, width = x.shape[1:3]
    x = ops.einsum("nij,njwc->niwc", _shifting(height, numbers[:, 3]), x)
    x = ops.einsum("nij,nhjc->nhic", _shifting(width, numbers[:, 4]), x)
    rows, columns = _cut(height, numbers[:, 5]), _cut(width, numbers[:, 6])
    x = x * (1 - rows[:, :, None, None] * columns[:, None, :, None])
    return ops.reshape(x, (-1, *shape[1:])) if len(shape) == 5 else x


def _shifting(side: int, number):
    """Matrices n×side×side that move rows by a whole number from −side·SHIFT to side·SHIFT."""
    most = int(side * SHIFT + 0.5)
    shift = ops.floor(number * (2 * most + 1)) - most
    places = ops.arange(side, dtype="float32")
    moved = places[None, :, None] - shift[:, None, None]
    return ops.cast(ops.equal(moved, places[None, None, :]), "float32")


def _cut(side: int, number):
    """n×side: 1 where a stretch of side·CUTOUT is missing, whose middle may be anywhere."""
    length = int(side * CUTOUT + 0.5)
    first = ops.floor(number * (side + 1 - length % 2)) - length // 2
    places = ops.arange(side, dtype="float32")[None]
    inside = ops.logical_and(places >= first[:, None], places < first[:, None] + length)
    return ops.cast(inside, "float32")


# --- penalties ---


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


# --- spectral norm ---


class SpectralNorm:
    """Spectral normalisation: kernels over their largest singular value σ (Miyato et al. 2018).

    The raw kernel W is trained, and W/σ is computed with. σ is estimated by one power iteration
    per update of the discriminator. (The authors' code iterates at every
    forward pass, so also in the generator's step, which would move the discriminator there.)

    Args:
        model: All kernels and embeddings of its layers are normalised, biases are not.
    """

    def __init__(self, model: keras.Model):
        self._trainable = model.trainable_variables
        self._rows = {
            id(kernel): _Kernel(kernel, transposed, keras.random.SeedGenerator(index))
            for index, (kernel, transposed) in enumerate(_kernels(model))
        }

    @property
    def variables(self) -> list[keras.Variable]:
        """Singular vectors u, a part of every checkpoint."""
        return [kernel.u for kernel in self._rows.values()]

    def iterate(self) -> None:
        """Advance every u by one power iteration."""
        for kernel in self._rows.values():
            kernel.iterate()

    def weights(self) -> list:
        """Return the values to compute with, in the order of the model's trainable variables."""
        return [
            self._rows[id(v)].normalised() if id(v) in self._rows else v.value
            for v in self._trainable
        ]


class _Kernel:
    """A kernel as a matrix whose rows are what one output channel is made from."""

    def __init__(self, kernel: keras.Variable, transposed: bool, seed):
        self._kernel, self._transposed = kernel, transposed
        channels = kernel.shape[-2] if transposed else kernel.shape[-1]
        start = keras.random.normal((channels,), seed=seed)
        self.u = keras.Variable(_unit(start), trainable=False, dtype="float32", name="u")

    def _matrix(self):
        value = _f32(self._kernel)
        if self._transposed:
            value = ops.swapaxes(value, -1, -2)
        return ops.transpose(ops.reshape(value, (-1, value.shape[-1])))

    def iterate(self) -> None:
        matrix = ops.stop_gradient(self._matrix())
        v = _unit(ops.matmul(self.u, matrix))
        self.u.assign(_unit(ops.matmul(matrix, v)))

    def normalised(self):
        matrix = self._matrix()
        # Both vectors as constants: the gradient is that of uᵀWv (section 2.1, equation 10).
        u = ops.stop_gradient(ops.convert_to_tensor(self.u))
        v = ops.stop_gradient(_unit(ops.matmul(u, matrix)))
        sigma = ops.sum(u * ops.matmul(matrix, v))
        return _f32(self._kernel) / sigma


def _unit(vector):
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + 1e-12)


def _kernels(model: keras.Model) -> list[tuple[keras.Variable, bool]]:
    """The kernels and embeddings of all layers, and whether their output channels come before."""
    found = []
    for layer in model._flatten_layers(include_self=False):
        before = isinstance(
            layer,
            keras.layers.Conv1DTranspose
            | keras.layers.Conv2DTranspose
            | keras.layers.Conv3DTranspose,
        )
        for name in ("kernel", "embeddings"):
            if isinstance(weight := getattr(layer, name, None), keras.Variable):
                found.append((weight, before))
    return found
