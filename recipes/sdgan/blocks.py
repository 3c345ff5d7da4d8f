"""Convolutions with the first weights of the authors' code."""

from keras import initializers, layers, random

# Uniform weights with a deviation of .02 reach so far.
_REACH = 0.02 * 3**0.5


def uniform_weights() -> initializers.Initializer:
    """Uniform initializer with a deviation of .02; its seed is drawn from the run's."""
    return initializers.RandomUniform(-_REACH, _REACH, seed=random.SeedGenerator())


def conv(width: int, kernel: int) -> layers.Conv2D:
    """Convolution with stride 2 and a bias."""
    return layers.Conv2D(width, kernel, 2, "same", kernel_initializer=uniform_weights())


def conv_transpose(width: int, kernel: int) -> layers.Conv2DTranspose:
    """Transposed convolution with stride 2 and a bias."""
    return layers.Conv2DTranspose(width, kernel, 2, "same", kernel_initializer=uniform_weights())
