"""Building blocks of convolutional networks, made of Keras layers alone.

Padding is written out where "same" would differ from the papers' code: with stride 2 and
an odd kernel TensorFlow's "same" pads one pixel less at the top and left than the
symmetric padding of Theano and torch. With an even kernel they agree.
"""

from __future__ import annotations

import math

from keras import Model, initializers, layers, ops, random


def doublings(image_size: int) -> int:
    """Return the number of doublings from a map of 4 to 7 pixels a side to a picture."""
    return int(math.log2(image_size // 4))


def widths_towards_picture(image_size: int, width: int) -> list[int]:
    """Return the channels of a generator's maps, the smallest map first.

    8w, 4w, 2w, w at 64 pixels; from 128 pixels on, the smallest maps stay at 8w.
    """
    return [width * 2 ** min(step, 3) for step in reversed(range(doublings(image_size)))]


def normal_weights(mean: float = 0.0, deviation: float = 0.02):
    """Normal initializer with DCGAN's deviation of 0.02; its seed is drawn from the run's."""
    return initializers.RandomNormal(mean, deviation, seed=random.SeedGenerator())


def batch_norm(x):
    """Batch normalisation as in the papers' code: momentum .9, ε 1e-5, γ from N(1, .02²)."""
    return layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=normal_weights(1.0)
    )(x)


def share_statistics(network: Model) -> None:
    """Synchronise batch normalisation, and what else tracks statistics: those of all devices.

    Such layers have an attribute `synchronized`, as Keras' own.
    """
    for layer in network._flatten_layers(include_self=False):
        if hasattr(layer, "synchronized"):
            layer.synchronized = True


def instance_norm(x, affine: bool = False):
    """Instance normalisation (Ulyanov et al. 2016): each channel to mean 0 and variance 1.

    The same in training and at inference, whatever else is in the batch. Keras computes it in
    float32 in any arithmetic; ε 1e-5 is the papers' code's, not Keras' 1e-3.

    Args:
        affine: Whether to learn a factor γ, from N(1, .02²), and a shift β for each channel.
    """
    return layers.GroupNormalization(
        *(-1, -1, 1e-5),
        center=affine,
        scale=affine,
        gamma_initializer=normal_weights(1.0),
    )(x)


def reflect(x, border: int):
    """Reflection padding: a border that mirrors the map, without repeating its edge."""
    return ops.pad(x, ((0, 0), (border, border), (border, border), (0, 0)), mode="reflect")


def downsample(x, width: int, kernel: int, bias: bool = False):
    """Convolution with stride 2 and symmetric padding, which halves the size."""
    if kernel % 2:
        x = layers.ZeroPadding2D(kernel // 2)(x)
    padding = "valid" if kernel % 2 else "same"
    weights = normal_weights()
    return layers.Conv2D(width, kernel, 2, padding, use_bias=bias, kernel_initializer=weights)(x)


def upsample(x, width: int, kernel: int, how: str = "transposed", bias: bool = False):
    """Convolution that doubles the size.

    Args:
        how: "transposed": a transposed convolution with stride 2, as in the paper.
            "resize": nearest neighbour, then a convolution, which cannot leave a
            checkerboard (Odena et al. 2016).
            "subpixel": a convolution to four times the channels, which become the four
            pixels of each (Shi et al. 2016), alike at first (Aitken et al. 2017).
        kernel: Of transposed convolutions; the others' are 3×3.
    """
    weights = normal_weights()
    if how == "resize":
        x = layers.UpSampling2D(2)(x)
        return layers.Conv2D(width, 3, 1, "same", use_bias=bias, kernel_initializer=weights)(x)
    if how == "subpixel":
        # 3×3 weights for each of 2×2 pixels are a transposed convolution of 6×6, the same function
        # (Shi et al. 2016b).
        layer = layers.Conv2DTranspose(
            width, 6, 2, "same", use_bias=bias, kernel_initializer=weights
        )
        x = layer(x)
        first = layer.kernel[::2, ::2]
        layer.kernel.assign(ops.repeat(ops.repeat(first, 2, axis=0), 2, axis=1))
        return x
    if kernel % 2 == 0:
        return layers.Conv2DTranspose(
            width, kernel, 2, "same", use_bias=bias, kernel_initializer=weights
        )(x)
    x = layers.Conv2DTranspose(
        width, kernel, 2, "valid", use_bias=bias, kernel_initializer=weights
    )(x)
    # The mirror image of symmetric padding: half the kernel off the front, one less behind.
    return layers.Cropping2D(((kernel // 2, kernel // 2 - 1),) * 2)(x)


def maxout(x, units: int, pieces: int):
    """Maxout layer: each unit is the largest of `pieces` linear ones (Goodfellow et al. 2013)."""
    x = layers.Dense(units * pieces)(x)
    return ops.max(layers.Reshape((units, pieces))(x), axis=-1)


def to_range(x):
    """Tanh in float32: pictures in [-1, 1], exact to 8 bits at any precision."""
    return layers.Activation("tanh", dtype="float32", name="pictures")(x)
