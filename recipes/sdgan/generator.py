"""SD-GAN's generators: one picture from two codes, and pairs of them."""

import keras
from keras import layers, ops

from common.layers import to_range, widths_towards_picture
from common.network import Generator

from .blocks import conv_transpose, uniform_weights
from .codes import IDENTITY, OBSERVATION, OTHER


class PairGenerator(Generator):
    """Generator whose pictures of one pair share the identity code (Donahue et al. 2018).

    Its model makes one picture. Called with a batch it makes pairs, so that the game is the
    template's: what is real and what is fake are pairs.
    """

    def __call__(self, batch: dict, which: int = 0):
        """Make pairs N×2×H×W×C: one identity in two observations."""
        return in_pairs(super().__call__(of_both(batch), which))

    def frozen(self, batch: dict, which: int = 0):
        """As `common.network.Network.frozen`: pairs."""
        return in_pairs(super().frozen(of_both(batch), which))

    def code_inputs(self) -> tuple:
        """Create the model's inputs, z_I and z_O."""
        return (
            keras.Input((self.config.identity_size,), name=IDENTITY),
            keras.Input((self.config.observation_size,), name=OBSERVATION),
        )


def of_both(batch: dict) -> dict:
    """Return the codes of both pictures of N pairs, 2N rows: first those of all first pictures."""
    who, how, other = (batch[name] for name in (IDENTITY, OBSERVATION, OTHER))
    return {IDENTITY: ops.concatenate([who, who]), OBSERVATION: ops.concatenate([how, other])}


def in_pairs(pictures):
    """Put pictures 2N×H×W×C into pairs N×2×H×W×C, the i-th with the (N + i)-th."""
    return ops.stack(ops.split(pictures, 2), axis=1)


class SDDCGANGenerator(PairGenerator):
    """DCGAN's generator, to which both codes together are the latent vector."""

    def buildModel(self) -> keras.Model:
        """Build the model: codes (N, I) and (N, O) → pictures (N, size, size, C) in [-1, 1]."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** len(widths)
        who, how = self.code_inputs()
        x = layers.Dense(side * side * widths[0], kernel_initializer=uniform_weights())(
            layers.Concatenate()([who, how])
        )
        x = layers.Reshape((side, side, widths[0]))(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        for width in widths[1:]:
            x = conv_transpose(width, config.kernel)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        x = conv_transpose(config.channels, config.kernel)(x)
        return keras.Model([who, how], to_range(x), name="generator")
