"""PatchGAN: a discriminator with a logit for each patch of a picture."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

from common.layers import normal_weights


def patchgan(
    channels: dict[str, int],
    width: int,
    strided: int,
    normalise: Callable | None,
    bias: bool,
    name: str = "discriminator",
) -> keras.Model:
    """Build a PatchGAN: pictures of any size to a map of logits (Isola et al. 2017, 3.2.2, 6.1).

    4×4 kernels: `strided` layers with stride 2, one with stride 1, and one that makes the
    logits, each but the first and last normalised, LeakyReLU .2. All pad by one pixel, so 256
    pixels with 3 strided layers give 30×30 logits that each see 70×70 pixels. With 0 strided
    layers, kernels are 1×1 and each pixel is classified by itself (PixelGAN).

    Args:
        channels: Channels of each input, by its name; several inputs are concatenated.
        width: Channels of the first layer; they double up to eight times as many.
        normalise: From a layer's output to its normalised values; None: no normalisation.
        bias: Whether layers before a normalisation have a bias.

    Returns:
        A model from (N, H, W, C), or a list of such, to logits (N, h, w, 1), float32.
    """
    parts = [keras.Input((None, None, count), name=entry) for entry, count in channels.items()]
    x = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    kernel, stride = (4, 2) if strided else (1, 1)
    depth = max(strided, 1)
    for layer in range(depth):
        x = _convolution(x, width * min(2**layer, 8), kernel, stride, bias or layer == 0)
        if layer and normalise:
            x = normalise(x)
        x = layers.LeakyReLU(0.2)(x)
    x = _convolution(x, width * min(2**depth, 8), kernel, 1, bias)
    x = layers.LeakyReLU(0.2)(normalise(x) if normalise else x)
    logits = _convolution(x, 1, kernel, 1, bias or bool(strided), name="logits")
    return keras.Model(parts if len(parts) > 1 else parts[0], logits, name=name)


def _convolution(x, width: int, kernel: int, stride: int, bias: bool, name: str | None = None):
    if kernel > 1:
        # Before a stride of 2 this is what "same" would do; before a stride of 1 it is not.
        x = layers.ZeroPadding2D(1)(x)
    return layers.Conv2D(
        *(width, kernel, stride, "valid"),
        use_bias=bias,
        kernel_initializer=normal_weights(),
        dtype="float32" if name else None,
        name=name,
    )(x)
