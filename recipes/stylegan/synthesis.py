"""The first StyleGAN's synthesis network: from styles and noise to a picture."""

import keras
from keras import layers

from .config import FIRST_LEVEL, Config
from .layers import AdaIN, AddNoise, Blend, Blur, EqualisedConv2D, EqualisedDense, LearnedConstant


def synthesis_network(config: Config) -> keras.Model:
    """Build the synthesis network (Karras et al. 2019, figure 1b).

    It begins with a learned constant, whatever the latent. All that makes one picture another comes
    in from the side, at each layer: a style for each of its channels, and noise for each pixel.

    Inputs: `styles` (N, layers, L); `noise` (N, pixels of all maps), flattened. Output: pictures
    (N, size, size, C), about in [-1, 1].
    """
    styles, noise, maps = synthesis_inputs(config)
    x, picture = LearnedConstant(4, config.width_at(4))(styles), None
    for index, size in enumerate(config.map_sizes):
        width, doubles = config.width_at(size), index > 0 and index % 2 == 0
        if index:
            x = EqualisedConv2D(width, scale="up" if doubles else "same", use_bias=False)(x)
        if doubles:
            x = Blur()(x)
        x = AddNoise()([x, maps[index]] if config.noise else x)
        x = layers.LeakyReLU(0.2)(x)
        if config.styles == "all" or index == 0:
            x = AdaIN()(x, EqualisedDense(2 * width, gain=1)(styles[:, index]))
        else:
            x = AdaIN()(x)
        if index % 2 and (size == config.image_size or config.growth):
            picture = with_level(picture, to_rgb(x, size, config), size)
    return keras.Model([styles, *noise], picture, name="synthesis")


def to_rgb(x, size: int, config: Config):
    """The colours of a map, without a tanh."""
    return EqualisedConv2D(config.channels, 1, gain=1, dtype="float32", name=f"to_rgb_{size}")(x)


def with_level(picture, larger, size: int):
    """The picture of the level below, enlarged, which fades to that of a level that grows."""
    if picture is None:
        return larger
    below = layers.UpSampling2D(2, dtype="float32")(picture)
    share = float(size < FIRST_LEVEL * 2)
    return Blend(share, dtype="float32", name=f"blend_{size}")([below, larger])


def synthesis_inputs(config: Config):
    """Create the inputs of a synthesis network, and each layer's noise N×H×W×1.

    Returns:
        The input `styles`; a list of the input `noise`, empty where there is none; the maps.
    """
    styles = keras.Input((config.style_layers, config.latent_size), name="styles")
    if not config.noise:
        return styles, [], []
    noise, maps, start = keras.Input((config.noise_size,), name="noise"), [], 0
    for size in config.map_sizes:
        maps.append(layers.Reshape((size, size, 1))(noise[:, start : start + size * size]))
        start += size * size
    return styles, [noise], maps
