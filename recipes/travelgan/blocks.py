"""Building blocks of TraVeLGAN's networks."""

from __future__ import annotations

from keras import layers

from common.layers import downsample


def norm():
    """Batch normalisation as in the authors' code: decay .9, without a factor γ."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-3, scale=False)


def halved(x, width: int, normalised: bool):
    """Convolution with stride 2, batch normalisation if asked for, and LeakyReLU of slope .2."""
    x = downsample(x, width, kernel=4, bias=True)
    return layers.LeakyReLU(0.2)(norm()(x) if normalised else x)


def widths_from(first: int, count: int, most: int) -> list[int]:
    """Return channels that double from layer to layer, up to `most` times the first."""
    return [first * min(2**level, most) for level in range(count)]
