"""Network that repaints any picture in one style."""

import keras
from keras import layers, ops

from common.layers import reflect


def transformer(config) -> keras.Model:
    """Build Johnson et al.'s network: c9s1-w, d2w, d4w, residual blocks, u2w, uw, c9s1-3.

    (Johnson et al. 2016, supplementary material; instance normalisation and the range of the
    output as in their code.) The picture is extended by reflection once, at the beginning;
    the residual blocks then have no border, and what they add to is cropped.

    Returns:
        `input` (N, H, W, 3) → (N, H, W, 3); H and W are multiples of 4 above 8·blocks.
    """
    width = config.width
    picture = keras.Input((None, None, config.input_channels), name="input")
    # Each block takes 2 pixels off every side, of maps of a quarter of the size.
    x = reflect(picture, 8 * config.blocks) if config.blocks else picture
    x = _normalised(_convolution(x, width, 9))
    for wider in (2 * width, 4 * width):
        x = _normalised(_convolution(x, wider, 3, 2))
    for _ in range(config.blocks):
        y = _normalised(layers.Conv2D(4 * width, 3)(x))
        y = _normalised(layers.Conv2D(4 * width, 3)(y), activate=False)
        x = layers.Add()([layers.Cropping2D(2)(x), y])
    for narrower in (2 * width, width):
        x = _normalised(_doubled(x, narrower, config.upsampling))
    # Grey at first: where a tanh is near its ends, which this sum over 9×9 places would be at
    # once, it hardly learns any more, and skies stayed a glaring green.
    little = keras.initializers.VarianceScaling(0.01, "fan_in", "uniform")
    x = _convolution(x, config.channels, 9, initializer=little)
    x = layers.Activation("tanh", dtype="float32")(x)
    # Beyond the range, so that black and white can be reached.
    painted = layers.Rescaling(150 / 127.5, dtype="float32", name="pictures")(x)
    return keras.Model(picture, painted, name="generator")


def _convolution(x, width: int, kernel: int, stride: int = 1, initializer="glorot_uniform"):
    x = layers.ZeroPadding2D(kernel // 2)(x)
    return layers.Conv2D(width, kernel, stride, kernel_initializer=initializer)(x)


def _doubled(x, width: int, how: str):
    """Convolution that doubles the size, with symmetric padding."""
    if how == "resize":
        return layers.Conv2D(width, 3, padding="same")(layers.UpSampling2D(2)(x))
    # The mirror image of a convolution with stride 2.
    x = layers.Conv2DTranspose(width, 3, 2, "valid")(x)
    return layers.Cropping2D(((1, 0), (1, 0)))(x)


def _normalised(x, activate: bool = True):
    """Instance normalisation with a factor and a shift, and a ReLU."""
    x = layers.GroupNormalization(-1, -1, 1e-5)(x)
    return layers.ReLU()(x) if activate else x


def structure(pictures, scale=None):
    """Reduce pictures to what is to be seen in them: light at half and at quarter size.

    Each has mean 0 and deviation 1, so neither the palette nor the contrast counts.

    Args:
        pictures: N×H×W×3, in [-1, 1].
        scale: A picture, 1×h×w×3, whose means and deviations are taken for the pictures' own:
            then what is as bright as that picture's mean is 0.

    Returns:
        Two maps, N×H/2×W/2×1 and N×H/4×W/4×1.
    """
    found = []
    for size in (2, 4):
        small = _light(pictures, size)
        measured = small if scale is None else _light(scale, size)
        mean, variance = ops.moments(measured, axes=(1, 2), keepdims=True)
        found.append((small - mean) / ops.sqrt(variance + 1e-4))
    return found


def _light(pictures, size: int):
    weighted = ops.cast(pictures, "float32") * [0.299, 0.587, 0.114]
    return ops.average_pool(ops.sum(weighted, -1, keepdims=True), size, padding="valid")
