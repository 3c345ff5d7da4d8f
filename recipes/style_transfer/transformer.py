"""Network that repaints any picture in one style."""

import keras
from keras import layers, ops

from common.layers import reflect

#: By which light is reduced, where it stands for what is to be seen.
SIZES = (2, 4)


def transformer(config, initializer="glorot_uniform") -> keras.Model:
    """Build Johnson et al.'s network: c9s1-w, d2w, d4w, residual blocks, u2w, uw, c9s1-3.

    (Johnson et al. 2016, supplementary material; instance normalisation and the range of the
    output as in their code.) The picture is extended by reflection once, at the beginning;
    the residual blocks then have no border, and what they add to is cropped.

    Args:
        config: The recipe's settings.
        initializer: Of the last layer's kernel.

    Returns:
        `input` (N, H, W, 3) → (N, H, W, 3); H and W are multiples of 4 above 8·blocks.
    """
    width = config.width
    picture = keras.Input((None, None, config.input_channels), name="input")
    pad = _bordered if config.upsampling == "transposed" else reflect
    # Each block takes 2 pixels off every side, of maps of a quarter of the size.
    x = reflect(picture, 8 * config.blocks) if config.blocks else picture
    x = _normalised(_convolution(pad(x, 4), width, 9))
    for wider in (2 * width, 4 * width):
        x = _normalised(_convolution(pad(x, 1), wider, 3, 2))
    for _ in range(config.blocks):
        y = _normalised(layers.Conv2D(4 * width, 3)(x))
        y = _normalised(layers.Conv2D(4 * width, 3)(y), activate=False)
        x = layers.Add()([layers.Cropping2D(2)(x), y])
    for narrower in (2 * width, width):
        x = _normalised(_doubled(x, narrower, config.upsampling))
    x = _convolution(pad(x, 4), config.channels, 9, initializer=initializer)
    x = layers.Activation("tanh", dtype="float32")(x)
    # Beyond the range, so that black and white can be reached.
    painted = layers.Rescaling(150 / 127.5, dtype="float32", name="pictures")(x)
    return keras.Model(picture, painted, name="generator")


def _bordered(x, border: int):
    """Zeros around a map, as in the authors' code; reflected, no frame of them is seen."""
    return layers.ZeroPadding2D(border)(x)


def _convolution(x, width: int, kernel: int, stride: int = 1, initializer="glorot_uniform"):
    return layers.Conv2D(width, kernel, stride, kernel_initializer=initializer)(x)


def _doubled(x, width: int, how: str):
    """Convolution that doubles the size, with symmetric padding."""
    if how == "resize":
        return layers.Conv2D(width, 3)(reflect(layers.UpSampling2D(2)(x), 1))
    # The mirror image of a convolution with stride 2.
    x = layers.Conv2DTranspose(width, 3, 2, "valid")(x)
    return layers.Cropping2D(((1, 0), (1, 0)))(x)


def _normalised(x, activate: bool = True):
    """Instance normalisation with a factor and a shift, and a ReLU."""
    x = layers.GroupNormalization(-1, -1, 1e-5)(x)
    return layers.ReLU()(x) if activate else x


def structure(pictures, measures=None):
    """Reduce pictures to what is to be seen in them: light at half and at quarter size.

    Each is normalised by its own mean and deviation, so neither palette nor contrast counts; or by
    those of another picture, so that contrast does.

    Args:
        pictures: N×H×W×3, in [-1, 1].
        measures: A mean and a deviation for each of the two sizes; None: the pictures' own.

    Returns:
        Two maps, N×H/2×W/2×1 and N×H/4×W/4×1.
    """
    found = []
    for number, size in enumerate(SIZES):
        small = light(pictures, size)
        if measures is None:
            mean, variance = ops.moments(small, axes=(1, 2), keepdims=True)
            deviation = ops.sqrt(variance + 1e-4)
        else:
            mean, deviation = measures[number]
        found.append((small - mean) / deviation)
    return found


def light(pictures, size: int):
    """Reduce pictures N×H×W×3 to their brightness, by a factor of `size`: N×H/size×W/size×1."""
    weighted = ops.cast(pictures, "float32") * [0.299, 0.587, 0.114]
    return ops.average_pool(ops.sum(weighted, -1, keepdims=True), size, padding="valid")
