"""StyleGAN2's generator: styles in the kernels, skips, and the path length penalty."""

import keras
from keras import layers, ops

from common.machine import backend

from .generator import StyleGenerator, mixed
from .layers import (
    ROOT_2,
    AddNoise,
    Blur,
    DoubledPicture,
    EqualisedDense,
    LearnedConstant,
    ModulatedConv2D,
)
from .lazy import Lazy, lazy_adam
from .synthesis import synthesis_inputs


def modulated_network(config) -> keras.Model:
    """Build StyleGAN2's synthesis network (Karras et al. 2020, figures 2d and 7b).

    What the first one's normalisation did to the map, is here done to the kernels, in expectation:
    no blobs of a value that is so large that it decides its map's deviation. Each level adds
    its colours to the picture so far. Inputs and output as of `synthesis_network`.
    """
    styles, noise, maps = synthesis_inputs(config)
    x = LearnedConstant(4, config.width_at(4), deviation=1.0)(styles)
    picture = None
    for index, size in enumerate(config.map_sizes):
        doubles = index % 2 == 1
        x = ModulatedConv2D(config.width_at(size), scale="up" if doubles else "same")(
            [x, style_of(x, styles[:, index])]
        )
        if doubles:
            x = Blur((1, 3, 3, 1), gain=4)(x)
        x = AddNoise(single=True, gain=ROOT_2)([x, maps[index]] if config.noise else x)
        x = layers.LeakyReLU(0.2)(x)
        if not doubles:
            style = style_of(x, styles[:, index + 1])
            picture = added(picture, colours(x, style, config))
    return keras.Model([styles, *noise], picture, name="synthesis")


def style_of(x, w):
    """What a kernel's input channels are multiplied by, less 1."""
    return EqualisedDense(x.shape[-1], gain=1)(w)


def colours(x, style, config):
    """What a level adds to the picture."""
    made = ModulatedConv2D(config.channels, 1, gain=1, demodulate=False, dtype="float32")
    return AddNoise(dtype="float32")(made([x, style]))


def added(picture, more):
    """The picture so far, doubled, and what a level adds to it."""
    return (
        more if picture is None else layers.Add()([DoubledPicture(dtype="float32")(picture), more])
    )


class ModulatedGenerator(StyleGenerator):
    """StyleGAN2's generator: as the first, with another synthesis network and a path length.

    Batches hold `direction`, N(0, 1), shaped as the pictures.
    """

    def __init__(self, config, loss=None):
        super().__init__(config, loss)
        if config.path_length:
            self._lazy = Lazy(self, config.path_length_every)
            #: Moving average of the path lengths: what they are drawn to.
            self.usual = keras.Variable(0.0, trainable=False, dtype="float32", name="usual")
            self.buffers.append(self.usual)

    def build_synthesis(self) -> keras.Model:
        return modulated_network(self.config)

    def build_optimizer(self):
        """Adam, for the lazy penalty's updates as well, if there is one."""
        config = self.config
        if not config.path_length:
            return super().build_optimizer()
        return lazy_adam(config.generator_rate, config, config.path_length_every)

    def trainModel(self, batch: dict, *outputs, tape=None) -> dict:
        logs = super().trainModel(batch, *outputs, tape=tape)
        if self.config.path_length:
            found = self._lazy.update(lambda: self.penalty(batch), [self.usual])
            logs |= {
                f"{self.name}/path_penalty": found,
                f"{self.name}/path": ops.convert_to_tensor(self.usual),
            }
        return logs

    def penalty(self, batch: dict):
        """Compute the path length penalty of half a batch, and the average that its lengths move.

        A step in w should change a picture by as much, wherever and in whatever direction (Karras
        et al. 2020, section 3.2): weight · E(‖Jᵀy‖ − a)², with J the derivative of the picture by
        its styles, and y noise over the root of the pixels.
        """
        mapping, synthesis = (self.model.get_layer(name) for name in ("mapping", "synthesis"))
        # Every other sample, so that devices which share a batch take the same ones.
        half = {name: values[::2] for name, values in batch.items()}
        styles = mixed(mapping(half["latent"]), mapping(half["latent_2"]), half["mix"])
        noise = [half[tensor.name] for tensor in synthesis.inputs[1:]]
        lengths = path_lengths(
            styles,
            lambda styles: ops.cast(synthesis([styles, *noise], training=True), "float32"),
            half["direction"] / self.config.image_size,
        )
        # As in the authors' code, the average has moved before lengths are compared with it.
        usual = self.usual + 0.01 * (ops.mean(lengths) - self.usual)
        return self.config.path_length * ops.mean(ops.square(lengths - usual)), usual


def path_lengths(styles, render, y):
    """Compute ‖Jᵀy‖ of N pictures, a mean over layers: how much a step of the styles changes them.

    Args:
        styles: N×layers×L.
        render: Styles -> pictures N×H×W×C.
        y: N×H×W×C.
    """
    _, gradient = backend.with_input_gradient(render, styles, lambda picture: picture * y)
    squares = ops.sum(ops.square(ops.cast(gradient, "float32")), axis=2)
    return ops.sqrt(ops.mean(squares, axis=1) + 1e-12)
