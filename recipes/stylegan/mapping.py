"""StyleGAN's mapping network: from a latent z to a style w."""

import keras
from keras import layers

from .config import Config
from .layers import ROOT_2, EqualisedDense, PixelNorm


def mapping_network(config: Config) -> keras.Model:
    """Build the mapping network, (N, L) → (N, L) (Karras et al. 2019, section 2).

    Eight dense layers bend the sphere on which latents lie. All of it has to be a face; so what is
    rare in the data must be squeezed and twisted in z. In w it need not be.
    """
    latent = keras.Input((config.latent_size,), name="latent")
    # In float32: steps a hundred times smaller would be lost in bfloat16's rounding.
    w = PixelNorm(dtype="float32")(latent)
    for _ in range(config.mapping_layers):
        w = EqualisedDense(
            config.latent_size,
            multiplier=config.mapping_multiplier,
            # The second generation's √2 stands behind the leaky ReLU.
            bias_gain=ROOT_2 if config.generation == 2 else 1.0,
            dtype="float32",
        )(w)
        w = layers.LeakyReLU(0.2, dtype="float32")(w)
    return keras.Model(latent, w, name="mapping")
