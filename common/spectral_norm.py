"""Spectral normalisation of existing models, without a layer (Miyato et al. 2018)."""

from __future__ import annotations

import math

import keras
from keras import ops


class SpectralNorm:
    """Spectral normalisation: kernels over their largest singular value σ (Miyato et al. 2018).

    The raw kernel W is trained, and W/σ is computed with. σ is estimated by one power iteration
    per update of the discriminator. (The authors' code iterates at every
    forward pass, so also in the generator's step, which would move the discriminator there.)

    Args:
        model: All kernels and embeddings of its layers are normalised; biases, and kernels of a
            single number, are not.
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


def _f32(values):
    return ops.cast(ops.convert_to_tensor(values), "float32")


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
            weight = getattr(layer, name, None)
            # A single number is a factor, as attention's γ, and may be 0.
            if isinstance(weight, keras.Variable) and math.prod(weight.shape) > 1:
                found.append((weight, before))
    return found
