"""StyleGAN's layers, on Keras alone: with this file beside it, a saved network loads anywhere."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

ROOT_2 = math.sqrt(2)

_registered = keras.saving.register_keras_serializable("stylegan")


def _normal(deviation: float = 1.0):
    return keras.initializers.RandomNormal(0.0, deviation, seed=keras.random.SeedGenerator())


class _Layer(layers.Layer):
    """Layer that keeps its arguments for its file."""

    def __init__(self, arguments: dict, **more):
        super().__init__(**more)
        self._arguments = arguments

    def get_config(self):
        """Return the arguments of `__init__`."""
        return super().get_config() | self._arguments


@_registered
class PixelNorm(layers.Layer):
    """Pixel norm: each vector over the root of its mean square (Karras et al. 2018, 4.2)."""

    def call(self, x):
        """Normalise the last axis; ε 1e-8."""
        return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)


@_registered
class EqualisedDense(_Layer):
    """Dense layer with an equalised learning rate (Karras et al. 2018, section 4.1).

    Weights are stored as N(0, 1) and scaled where they are used, so that Adam, whose steps do not
    depend on a gradient's size, moves all layers by the same share of their range.

    Args:
        units: Size of the output.
        gain: Deviation of the used weights times √fan_in.
        multiplier: A factor on weights and biases, by which the layer learns so much more slowly.
            Stored weights have the deviation 1/multiplier.
        bias_gain: A factor on the bias alone.
    """

    def __init__(
        self,
        units: int,
        gain: float = ROOT_2,
        multiplier: float = 1.0,
        bias_gain: float = 1.0,
        **more,
    ):
        arguments = {"units": units, "gain": gain, "multiplier": multiplier, "bias_gain": bias_gain}
        super().__init__(arguments, **more)
        self.units, self.gain, self.multiplier, self.bias_gain = arguments.values()

    def build(self, shape):
        """Create the weights."""
        deviation = 1 / self.multiplier
        self.kernel = self.add_weight((shape[-1], self.units), _normal(deviation), name="kernel")
        self.bias = self.add_weight((self.units,), "zeros", name="bias")
        self.scale = self.gain / math.sqrt(shape[-1]) * self.multiplier

    def call(self, x):
        """Compute x·W + b, N×units."""
        bias = self.bias * (self.multiplier * self.bias_gain)
        return ops.matmul(x, self.kernel * self.scale) + bias


class _Convolution(_Layer):
    """Layer with a kernel that is stored as N(0, 1)."""

    def __init__(self, own: dict, filters: int, kernel_size: int, gain: float, scale: str, **more):
        shared = {"filters": filters, "kernel_size": kernel_size, "gain": gain, "scale": scale}
        super().__init__(shared | own, **more)
        self.filters, self.kernel_size, self.gain, self.scale = shared.values()

    def create_kernel(self, width: int):
        """Create the kernel for so many input channels; sets `factor`, 1/√fan_in."""
        size = self.kernel_size
        self.kernel = self.add_weight((size, size, width, self.filters), _normal(), name="kernel")
        self.factor = 1 / math.sqrt(size * size * width)


@_registered
class EqualisedConv2D(_Convolution):
    """Convolution with an equalised learning rate, between equal or halved or doubled sizes.

    "up" doubles a map by its nearest neighbours and then convolves; "down" convolves and then takes
    means of 2×2. Both are done by one kernel, a pixel wider, which is exactly the same. "half"
    is a stride of 2 without padding, for a map that a blur has padded.

    Args:
        filters: Channels of the output.
        kernel_size: Pixels a side.
        gain: As of `EqualisedDense`.
        scale: "same", "up", "down" or "half".
        use_bias: Whether to add a bias.
        bias_gain: A factor on it.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        gain: float = ROOT_2,
        scale: str = "same",
        use_bias: bool = True,
        bias_gain: float = 1.0,
        **more,
    ):
        own = {"use_bias": use_bias, "bias_gain": bias_gain}
        super().__init__(own, filters, kernel_size, gain, scale, **more)
        self.use_bias, self.bias_gain = use_bias, bias_gain

    def build(self, shape):
        """Create the weights."""
        self.create_kernel(shape[-1])
        if self.use_bias:
            self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, x):
        """Convolve maps N×H×W×C."""
        x = convolved(x, self.kernel * (self.gain * self.factor), self.scale)
        return x + self.bias * self.bias_gain if self.use_bias else x


def convolved(x, kernel, scale: str):
    """Convolve, and double before or halve after; as `EqualisedConv2D`."""
    if scale == "up":
        # A transposed convolution lays the kernel down the other way round.
        kernel = _widened(kernel[::-1, ::-1])
        return ops.conv_transpose(x, ops.swapaxes(kernel, 2, 3), 2, padding="same")
    if scale == "half":
        return ops.conv(x, kernel, 2, padding="valid")
    if scale == "down":
        return ops.conv(x, _widened(kernel) / 4, 2, padding="same")
    return ops.conv(x, kernel, 1, padding="same")


def _widened(kernel):
    """The sum of a kernel at the four pixels of 2×2."""
    around = [(1, 1), (1, 1), (0, 0), (0, 0)]
    wide = ops.pad(kernel, around)
    rows = wide[1:] + wide[:-1]
    return rows[:, 1:] + rows[:, :-1]


@_registered
class Blur(_Layer):
    """Low-pass filter by a binomial kernel such as [1, 2, 1]² / 16, with zeros around.

    Args:
        taps: The kernel's numbers along either axis.
        before, after: Zeros at the left and right, and above and below.
        gain: Sum of the kernel.
    """

    def __init__(self, taps=(1, 2, 1), before: int = 1, after: int = 1, gain: float = 1.0, **more):
        arguments = {"taps": list(taps), "before": before, "after": after, "gain": gain}
        super().__init__(arguments, **more)
        self.taps, self.around = taps, (before, after)
        self.kernel_2d = gain * np.outer(taps, taps) / np.sum(taps) ** 2

    def call(self, x):
        """Filter maps N×H×W×C."""
        side, width = len(self.taps), x.shape[-1]
        kernel = np.broadcast_to(self.kernel_2d[..., None, None], (side, side, width, 1))
        padded = ops.pad(x, ((0, 0), self.around, self.around, (0, 0)))
        return ops.depthwise_conv(padded, ops.cast(kernel, x.dtype), 1, padding="valid")


@_registered
class LearnedConstant(_Layer):
    """Learned map, the same for every sample: what a synthesis begins with.

    Args:
        side, width: Pixels a side, and channels.
        deviation: 0: it begins with ones (Karras et al. 2019); else as N(0, deviation²).
    """

    def __init__(self, side: int, width: int, deviation: float = 0.0, **more):
        super().__init__({"side": side, "width": width, "deviation": deviation}, **more)
        self.side, self.width, self.deviation = side, width, deviation

    def build(self, shape):
        """Create the map."""
        first = _normal(self.deviation) if self.deviation else "ones"
        self.constant = self.add_weight((self.side, self.side, self.width), first, name="constant")

    def call(self, styles):
        """Return the map for each of N styles, N×side×side×width."""
        # Not broadcast alone: the batch is known by the styles only.
        nothing = ops.zeros_like(styles[:, :1, :1, None])
        return self.constant + ops.cast(nothing, self.compute_dtype)


@_registered
class AddNoise(_Layer):
    """Learned noise and bias: x + scale · noise + bias (Karras et al. 2019, figure 1).

    The scale begins at 0: at first, noise changes nothing.

    Args:
        single: Whether all channels share one scale (Karras et al. 2020), or each has its own.
        gain: A factor on both.
    """

    def __init__(self, single: bool = False, gain: float = 1.0, **more):
        super().__init__({"single": single, "gain": gain}, **more)
        self.single, self.gain = single, gain

    def build(self, shapes):
        """Create scale and bias; without noise there is only a bias."""
        noisy = isinstance(shapes[0], (list, tuple))
        width = (shapes[0] if noisy else shapes)[-1]
        if noisy:
            self.scale = self.add_weight((1 if self.single else width,), "zeros", name="scale")
        self.bias = self.add_weight((width,), "zeros", name="bias")

    def call(self, given):
        """Add to maps N×H×W×C; given: the maps, or a list of them and noise N×H×W×1."""
        if not isinstance(given, (list, tuple)):
            return given + self.bias * self.gain
        x, noise = given
        return x + (noise * (self.scale * self.gain) + self.bias * self.gain)


@_registered
class AdaIN(layers.Layer):
    """Adaptive instance normalisation (Huang and Belongie 2017) with a style (s, b): x·(s + 1) + b.

    Where the style is 0, what is left is the instance normalisation.
    """

    def call(self, x, style=None):
        """Normalise each channel of each map N×H×W×C, ε 1e-8, then style it by N×2C numbers."""
        x = ops.cast(x, "float32")
        mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
        # Both steps as one factor and one shift a channel: a pass over the map, not four.
        factor, shift = ops.rsqrt(variance + 1e-8), 0.0
        if style is not None:
            scale, shift = ops.split(ops.cast(style, "float32")[:, None, None], 2, axis=-1)
            factor = factor * (scale + 1)
        return ops.cast(x * factor + (shift - mean * factor), self.compute_dtype)


@_registered
class ModulatedConv2D(_Convolution):
    """Convolution whose kernel is scaled by a style, and normalised (Karras et al. 2020, 2.2).

    The kernel's input channels are multiplied by the style; then each output channel is divided by
    its norm (equations 1 and 3), as if its inputs had been normalised. A kernel for each sample is
    never made: the map is scaled before an ordinary convolution and after it, which is the same.

    Args:
        filters: Channels of the output.
        kernel_size: Pixels a side.
        gain: As of `EqualisedDense`; of a demodulated kernel, the norm of each output channel.
        scale: "same", or "up": by a transposed convolution to 2H+1 pixels, to be blurred after.
        demodulate: Whether to divide by the norm.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        gain: float = ROOT_2,
        scale: str = "same",
        demodulate: bool = True,
        **more,
    ):
        super().__init__({"demodulate": demodulate}, filters, kernel_size, gain, scale, **more)
        self.demodulate = demodulate

    def build(self, shapes):
        """Create the kernel."""
        self.create_kernel(shapes[0][-1])

    def call(self, given):
        """Convolve maps N×H×W×C with styles N×C."""
        x, style = given
        kernel, style = self.kernel * self.factor, style + 1
        x = x * style[:, None, None]
        if self.scale == "up":
            x = ops.conv_transpose(x, ops.swapaxes(kernel, 2, 3), 2, padding="valid")
        else:
            x = ops.conv(x, kernel, 1, padding="same")
        return x * ops.cast(self.outward(kernel, style), x.dtype)

    def outward(self, kernel, style):
        """Return what each output channel is multiplied by, N×1×1×filters."""
        if not self.demodulate:
            return self.gain
        squares = ops.sum(ops.square(ops.cast(kernel, "float32")), axis=(0, 1))
        norms = ops.matmul(ops.square(ops.cast(style, "float32")), squares)
        return self.gain * ops.rsqrt(norms + 1e-8)[:, None, None]


@_registered
class DoubledPicture(layers.Layer):
    """Twice the size, filtered by [1, 3, 3, 1] (Karras et al. 2020, figure 7)."""

    def call(self, x):
        """Enlarge pictures N×H×W×C of few channels."""
        taps = np.outer((1, 3, 3, 1), (1, 3, 3, 1)) / 16
        kernel = taps[..., None, None] * np.eye(x.shape[-1])
        return ops.conv_transpose(x, ops.cast(kernel, x.dtype), 2, padding="same")


@_registered
class Truncation(layers.Layer):
    """Truncation: styles drawn towards their mean, by ψ a layer (Karras et al. 2019, appendix B).

    The mean is tracked in training, with a decay of .995.
    """

    #: Whether several devices share a batch.
    synchronized = False

    def build(self, shapes):
        """Create the mean."""
        self.mean = self.add_weight((shapes[0][-1],), "zeros", trainable=False, name="mean")

    def call(self, given, training=False):
        """Return mean + ψ·(styles − mean).

        Args:
            given: Styles N×layers×w, the w that were drawn first N×w, and ψ N×layers.
            training: Whether to move the mean.
        """
        styles, w, psi = given
        if training:
            present, _ = ops.moments(w, axes=0, synchronized=self.synchronized)
            self.mean.assign(present + 0.995 * (self.mean - present))
        return self.mean + psi[..., None] * (styles - self.mean)


@_registered
class MinibatchDeviation(_Layer):
    """Minibatch deviation: one more channel that says how varied a group is (Karras 2018, 3).

    Args:
        group: Samples a group; a batch that it does not divide is one group.
    """

    def __init__(self, group: int = 4, **more):
        super().__init__({"group": group}, **more)
        self.group = group

    def call(self, x):
        """Add a map to maps N×H×W×C: the mean deviation of all values within the group."""
        count, (height, width, channels) = ops.shape(x)[0], x.shape[1:]
        size = self.group
        if isinstance(count, int) and count % size:
            size = count
        # Neighbours make a group, so that devices which share a batch share out whole groups.
        y = ops.reshape(ops.cast(x, "float32"), (-1, size, height, width, channels))
        deviation = ops.sqrt(ops.var(y, axis=1) + 1e-8)
        each = ops.mean(deviation, axis=(1, 2, 3), keepdims=True)
        maps = ops.tile(ops.repeat(each, size, axis=0), (1, height, width, 1))
        return ops.concatenate([x, ops.cast(maps, x.dtype)], axis=-1)


@_registered
class Blend(_Layer):
    """Fade between two levels of a growing network: a + share · (b − a).

    Args:
        share: At first; a training moves it from 0 to 1.
    """

    def __init__(self, share: float = 1.0, **more):
        super().__init__({"share": share}, **more)
        self.first = share

    def build(self, shapes):
        """Create the share."""
        first = keras.initializers.Constant(self.first)
        self.share = self.add_weight((), first, trainable=False, name="share")

    def call(self, given):
        """Blend two tensors of one shape."""
        a, b = given
        return a + self.share * (b - a)
