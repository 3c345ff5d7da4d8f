"""Fast paths of Keras' layers in training: the same numbers, from kernels that take less time.

A layer stays Keras' own, and so does its entry in a saved file: what is replaced is a method of
the one layer in memory. Sampling and evaluation do without, and so do GPUs, where a step is
compiled as a whole.

Numbers are the same up to roundings. Of normalisation that holds for derivatives of the first
order; those of the second, which a gradient penalty takes, are exact here, where Keras' variance
takes its mean for a constant.

What each gains is measured by `make bench PARTS=layers` (BENCH.md). They are

* fused batch normalisation; of widths that are no multiple of 16 it gains less;
* instance normalisation as batch normalisation of one sample with all samples' channels: in
  bfloat16, and in float32 of one sample alone;
* the gradient of a kernel as products of matrices, where its smaller map has up to 8 pixels a side,
  and the last axis of the kernel 256 channels or more (128 of kernels of 4×4 with a stride of 2):
  the library's own is made for large maps;
* a transposed convolution to three channels or one, as a convolution to the channels of all 2×2 (or
  2×2×2) positions (Shi et al. 2016b);
* reflected borders and croppings whose gradients are slices and borders.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import keras
import tensorflow as tf

from common.machine import backend

#: Channels of a kernel's last axis, at least, and pixels of its smaller map's sides, at most, for
#: its gradient to be a product of matrices; in blocks, half as many channels.
_CHANNELS, _SIDE = 256, 8
#: Channels of a transposed convolution's output up to which it is done by positions.
_POSITIONED = 3
#: Not empty within `as_loaded`.
_plainly: list[bool] = []
_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv3D)
_TRANSPOSED = (keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)


def speed_up(model: keras.Model) -> None:
    """Give a model's layers their fast paths, where they have one on this machine."""
    if backend.has_gpu():
        return
    for layer in _operations(model):
        if type(layer) is keras.layers.BatchNormalization:
            layer.call = partial(_batch_normalised, layer, layer.call)
        elif type(layer) is keras.layers.GroupNormalization:
            layer.call = partial(_instance_normalised, layer, layer.call)
        elif _plain_enough(layer):
            if type(layer) in _CONVOLUTIONS:
                layer.convolution_op = partial(_convolved, layer, layer.convolution_op)
            else:
                layer.call = partial(_transposed, layer, layer.call)
        elif type(layer) is keras.layers.Cropping2D and layer.data_format == "channels_last":
            layer.call = partial(_cropped, layer)
        elif type(layer).__name__ == "Pad" and getattr(layer, "mode", None) == "reflect":
            layer.call = partial(_reflected, layer.pad_width, layer.call)


@contextmanager
def as_loaded() -> Iterator[None]:
    """Context manager in which layers compute as those of a loaded file do, to the bit.

    Samples are made so by a trained network itself, where there is no copy with its average.
    """
    _plainly.append(True)
    try:
        yield
    finally:
        _plainly.pop()


def _operations(model: keras.Model):
    # A model of another kind has layers alone.
    for operation in getattr(model, "operations", model.layers):
        yield operation
        if isinstance(operation, keras.Model):
            yield from _operations(operation)


def _plain_enough(layer) -> bool:
    return (
        type(layer) in _CONVOLUTIONS + _TRANSPOSED
        and len({*layer.kernel_size}) == len({*layer.strides}) == 1
        and {*layer.dilation_rate} == {1}
        and layer.data_format == "channels_last"
        and getattr(layer, "groups", 1) == 1
        and getattr(layer, "output_padding", None) is None
    )


def _batch_normalised(layer, plain, inputs, training=None, mask=None):
    rank = len(inputs.shape)
    if (
        not (training and layer.trainable and layer.scale and layer.center)
        # Statistics of several devices, of a batch of vectors, with a mask: as Keras has it.
        or layer.variable_dtype != "float32"
        or (layer.synchronized or layer.renorm or mask is not None)
        or rank not in (4, 5)
        or layer.axis not in (-1, rank - 1)
    ):
        return plain(inputs, training=training, mask=mask)
    shape = tf.shape(inputs)
    # Of voxels the last two axes but one are one.
    flat = tf.reshape(inputs, [shape[0], shape[1], -1, inputs.shape[-1]])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=flat,
        scale=layer.gamma.value,
        offset=layer.beta.value,
        mean=layer.moving_mean.value,
        variance=layer.moving_variance.value,
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The kernel's is the unbiased variance; Keras keeps the biased one.
    count = tf.cast(tf.size(inputs) // inputs.shape[-1], "float32")
    for kept, found in (
        (layer.moving_mean, mean),
        (layer.moving_variance, variance * (count - 1) / count),
    ):
        kept.assign(kept * layer.momentum + found * (1 - layer.momentum))
    return tf.cast(tf.reshape(outputs, shape), layer.compute_dtype)


def _instance_normalised(layer, plain, inputs):
    shape = inputs.shape
    if (
        _plainly
        or len(shape) != 4
        or None in shape
        or layer.axis not in (-1, 3)
        or layer.groups != shape[-1]
        # What the two transpositions cost more than is gained.
        or (shape[0] > 1 and inputs.dtype == "float32")
    ):
        return plain(inputs)
    count, height, width, channels = shape
    scale = layer.gamma if layer.scale else tf.ones(channels)
    offset = layer.beta if layer.center else tf.zeros(channels)
    # The channels of all samples as those of a single one.
    pixels = tf.transpose(tf.reshape(inputs, [count, height * width, channels]), [1, 0, 2])
    outputs = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(pixels, [1, height * width, 1, count * channels]),
        scale=tf.tile(tf.cast(scale, "float32"), [count]),
        offset=tf.tile(tf.cast(offset, "float32"), [count]),
        mean=[],
        variance=[],
        epsilon=layer.epsilon,
        is_training=True,
    ).y
    pixels = tf.reshape(outputs, [height * width, count, channels])
    return tf.cast(tf.reshape(tf.transpose(pixels, [1, 0, 2]), shape), layer.compute_dtype)


def _cropped(layer, inputs):
    (top, bottom), (left, right) = layer.cropping
    shape = tf.shape(inputs)
    size = [shape[0], shape[1] - top - bottom, shape[2] - left - right, inputs.shape[-1]]
    # The gradient of a slice with strides, which this is in Keras, is far slower than a border.
    return tf.slice(inputs, [0, top, left, 0], size)


def _reflected(borders, plain, inputs, constant_values=None):
    border = borders[-2][0]
    sides = inputs.shape[1:3]
    if tuple(map(tuple, borders)) != (
        (0, 0),
        (border, border),
        (border, border),
        (0, 0),
    ) or not all(side and side > 2 * border + 1 for side in sides):
        return plain(inputs, constant_values)

    @tf.custom_gradient
    def compute(inputs):
        def gradient(outputs):
            for axis, side in zip((2, 1), reversed(sides), strict=True):
                outputs = _folded(outputs, axis, side, border)
            return outputs

        outputs = inputs
        for axis, side in zip((1, 2), sides, strict=True):
            outputs = _unfolded(outputs, axis, side, border)
        return outputs, gradient

    return compute(inputs)


def _part(x, axis: int, first: int, last: int):
    return x[:, first:last] if axis == 1 else x[:, :, first:last]


def _unfolded(x, axis: int, side: int, border: int):
    """Extend an axis by the mirror images of what is next to its ends."""
    before = tf.reverse(_part(x, axis, 1, border + 1), [axis])
    after = tf.reverse(_part(x, axis, side - 1 - border, side - 1), [axis])
    return tf.concat([before, x, after], axis)


def _folded(x, axis: int, side: int, border: int):
    """Add the mirror images to what they are images of: the gradient of `_unfolded`."""
    before = tf.reverse(_part(x, axis, 0, border), [axis])
    after = tf.reverse(_part(x, axis, side + border, side + 2 * border), [axis])
    x = _part(x, axis, border, border + side)
    cuts = (0, 1, border + 1, side - 1 - border, side - 1, side)
    parts = [_part(x, axis, first, last) for first, last in itertools.pairwise(cuts)]
    parts[1] += before
    parts[3] += after
    return tf.concat(parts, axis)


def _convolved(layer, plain, inputs, kernel):
    kernel = tf.convert_to_tensor(kernel)
    sides = inputs.shape[1:-1]
    convolution = Convolution(sides, layer.strides[0], layer.padding)
    gains = convolution.has_product(kernel.shape) or convolution.has_positions(kernel.shape)
    return convolution.forward(inputs, kernel) if gains else plain(inputs, kernel)


def _transposed(layer, plain, inputs):
    kernel = tf.convert_to_tensor(layer.kernel)
    size, stride = kernel.shape[0], layer.strides[0]
    longer = max(size - stride, 0) if layer.padding == "valid" else 0
    sides = [side and side * stride + longer for side in inputs.shape[1:-1]]
    convolution = Convolution(sides, stride, layer.padding)
    gains = convolution.has_product(kernel.shape) or convolution.has_positions(kernel.shape)
    if _plainly or not gains:
        return plain(inputs)
    outputs = convolution.backward(inputs, kernel)
    if layer.use_bias:
        outputs = outputs + tf.convert_to_tensor(layer.bias)
    return layer.activation(outputs) if layer.activation is not None else outputs


class Convolution:
    """Convolution whose derivatives have fast paths, of any order.

    Inputs convolved with a kernel, and weighted by numbers for the outputs: that is linear in each
    of the three. The derivatives of each method below are the other two.

    Args:
        sides: Height and width (and depth) of the inputs, or None where they are unknown.
        stride: One for all sides.
        padding: "same" or "valid".
    """

    def __init__(self, sides, stride: int, padding: str):
        self._sides, self._stride, self._padding = list(sides), stride, padding.upper()

    def has_product(self, kernel: tuple[int, ...]) -> bool:
        """Return whether the gradient of a kernel of this shape is a product of matrices."""
        return (
            len(kernel) == 4
            and kernel[-1] >= (_CHANNELS // 2 if self._in_blocks(kernel) else _CHANNELS)
            and all(side and side <= _SIDE * self._stride for side in self._sides)
        )

    def has_positions(self, kernel: tuple[int, ...]) -> bool:
        """Return whether the way back to the inputs is done for each of 2×2 positions."""
        return self._in_blocks(kernel) and kernel[-2] <= _POSITIONED < kernel[-1]

    def forward(self, inputs, kernel):
        """Compute the convolution, N×…×I and K×…×I×O → N×…×O."""

        @tf.custom_gradient
        def compute(inputs, kernel):
            def gradient(outputs):
                found = self.kernel_gradient(inputs, outputs, kernel.shape)
                return self.backward(outputs, kernel), found

            return tf.nn.convolution(inputs, kernel, self._stride, self._padding), gradient

        return compute(inputs, kernel)

    def backward(self, outputs, kernel):
        """Compute the gradient of its inputs, the transposed convolution, N×…×O → N×…×I."""

        @tf.custom_gradient
        def compute(outputs, kernel):
            def gradient(inputs):
                found = self.kernel_gradient(inputs, outputs, kernel.shape)
                return self.forward(inputs, kernel), found

            if self.has_positions(kernel.shape):
                found = _by_positions(outputs, kernel)
                return tf.ensure_shape(found, [None, *self._sides, kernel.shape[-2]]), gradient
            larger = [tf.shape(outputs)[0], *self._sides, kernel.shape[-2]]
            found = tf.nn.conv_transpose(outputs, kernel, larger, self._stride, self._padding)
            return found, gradient

        return compute(outputs, kernel)

    def kernel_gradient(self, inputs, outputs, shape):
        """Compute the gradient of its kernel, which has this shape."""
        shape = list(shape)

        @tf.custom_gradient
        def compute(inputs, outputs):
            def gradient(kernel):
                return self.backward(outputs, kernel), self.forward(inputs, kernel)

            strides = [1, *[self._stride] * (len(shape) - 2), 1]
            if self.has_product(shape):
                return self._as_products(inputs, outputs, shape, strides), gradient
            own = tf.raw_ops.Conv2DBackpropFilter, tf.raw_ops.Conv3DBackpropFilterV2
            found = own[len(shape) - 4](
                input=inputs,
                filter_sizes=shape,
                out_backprop=outputs,
                strides=strides,
                padding=self._padding,
            )
            return found, gradient

        return compute(inputs, outputs)

    def _as_products(self, inputs, outputs, shape: list[int], strides: list[int]):
        size, _, into, out_of = shape
        columns = tf.reshape(outputs, [-1, out_of])
        if not self._in_blocks(shape):
            patches = tf.image.extract_patches(
                inputs, [1, size, size, 1], strides, [1] * 4, self._padding
            )
            rows = tf.reshape(patches, [-1, size * size * into])
            return tf.reshape(tf.matmul(rows, columns, transpose_a=True), shape)
        # Four taps a side at a stride of two: blocks of 2×2 pixels meet two taps a side.
        blocks = tf.nn.space_to_depth(tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]]), 2)
        height, width = outputs.shape[1:3]
        found = [
            tf.matmul(tf.reshape(part, [-1, 4 * into]), columns, transpose_a=True)
            for part in (
                blocks[:, top : top + height, left : left + width]
                for top, left in itertools.product((0, 1), repeat=2)
            )
        ]
        found = tf.reshape(tf.stack(found), [2, 2, 2, 2, into, out_of])
        return tf.reshape(tf.transpose(found, [0, 2, 1, 3, 4, 5]), shape)

    def _in_blocks(self, kernel) -> bool:
        even = all(side and side % 2 == 0 for side in self._sides)
        return even and (kernel[0], self._stride, self._padding) == (4, 2, "SAME")


def _by_positions(outputs, kernel):
    """Transposed convolution with stride 2: a value for each of a cell's 2×2 (or 2×2×2) positions.

    With kernels of four taps, an even position meets the odd ones, and an odd one the even ones:
    two taps each, of neighbouring cells.
    """
    rank = len(kernel.shape) - 2
    into, out_of = kernel.shape[-2:]
    # Each axis of the kernel is split into two taps and two positions; a transposed convolution
    # runs through both from behind.
    split = tf.reshape(kernel, [2, 2] * rank + [into, out_of])
    for axis in range(2 * rank):
        split = tf.stack(tf.unstack(split, axis=axis)[::-1], axis)
    taps, positions = range(0, 2 * rank, 2), range(1, 2 * rank, 2)
    split = tf.transpose(split, [*taps, 2 * rank + 1, *positions, 2 * rank])
    split = tf.reshape(split, [2] * rank + [out_of, 2**rank * into])
    padded = tf.pad(outputs, [[0, 0]] + [[1, 1]] * rank + [[0, 0]])
    found = tf.nn.convolution(padded, split, 1, "VALID")
    count, *sides = tf.unstack(tf.shape(outputs)[:-1])
    found = tf.reshape(found, [count, *(side + 1 for side in sides), *[2] * rank, into])
    parts = {
        where: found[
            (slice(None), *(slice(w, w + s) for w, s in zip(where, sides, strict=True)), *where)
        ]
        for where in itertools.product((0, 1), repeat=rank)
    }
    # Interleaved, the last axis first.
    for axis in reversed(range(rank)):
        larger = [*sides[:axis], *(2 * side for side in sides[axis:])]
        parts = {
            where: tf.reshape(
                tf.stack([parts[(*where, 0)], parts[(*where, 1)]], axis + 2), [count, *larger, into]
            )
            for where in itertools.product((0, 1), repeat=axis)
        }
    return parts[()]
