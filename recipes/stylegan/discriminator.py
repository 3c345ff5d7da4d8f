"""StyleGAN's discriminators, of both generations."""

import dataclasses
from collections.abc import Callable, Sequence

import keras
from keras import layers

from common import stabilise
from common.network import Discriminator

from .config import FIRST_LEVEL
from .layers import ROOT_2, Blend, Blur, EqualisedConv2D, EqualisedDense, MinibatchDeviation
from .lazy import Lazy, lazy_adam, share_of


class StyleDiscriminator(Discriminator):
    """Discriminator from a picture to a logit (Karras et al. 2018, table 2, with blur).

    No normalisation. Two convolutions a level; before the halving one a blur, as what is finer than
    the smaller map can show would come back as jags.
    """

    #: Factor on the biases before a leaky ReLU.
    bias_gain = 1.0

    def __init__(self, config, loss=None):
        self._gamma, self.is_lazy = config.r1, config.is_lazy
        # A lazy penalty is no part of the loss.
        super().__init__(dataclasses.replace(config, r1=0.0) if self.is_lazy else config, loss)
        if self.is_lazy:
            self._lazy = Lazy(self, config.r1_every)

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C) → logits (N, 1), float32."""
        config = self.config
        if not config.growth:
            return self.assembled(config.image_size, self.build_part)
        fading = [size for size in config.resolutions if size > 4]
        return self.assembled(config.image_size, self.build_part, fading)

    def assembled(self, size: int, part: Callable, fading: Sequence[int] = ()) -> keras.Model:
        """Put the network for pictures of a size together, from its parts by name.

        Args:
            size: Pixels a side.
            part: Name -> layer, or model.
            fading: Levels that are blended with the one below, which then sees the picture itself.
        """
        picture = keras.Input((size, size, self.config.channels), name="sample")
        x, seen = leaky(part(f"from_rgb_{size}")(picture)), picture
        while size > 4:
            x = part(f"block_{size}")(x)
            seen = layers.AveragePooling2D(2)(seen)
            if size in fading:
                below = leaky(part(f"from_rgb_{size // 2}")(seen))
                x = part(f"blend_{size}")([below, x])
            size //= 2
        return keras.Model(picture, part("verdict")(x), name="discriminator")

    def build_part(self, name: str):
        """Build a part: `from_rgb_SIZE`, `block_SIZE`, `blend_SIZE`, or the `verdict`."""
        kind, _, size = name.rpartition("_")
        if not kind:
            return self.build_verdict()
        width = self.config.width_at(int(size))
        if kind == "from_rgb":
            return self.convolution(width, 1, name=name)
        if kind == "blend":
            return Blend(float(int(size) <= FIRST_LEVEL), name=name)
        map_ = keras.Input((int(size), int(size), width), name="map")
        block = self.build_block(map_, width, self.config.width_at(int(size) // 2))
        return keras.Model(map_, block, name=name)

    def build_verdict(self) -> keras.Model:
        """Build the last layers, from a map of 4×4 pixels to a logit."""
        config = self.config
        map_ = keras.Input((4, 4, config.width_at(4)), name="map")
        x = MinibatchDeviation(config.deviation_group)(map_)
        x = leaky(self.convolution(config.width_at(4))(x))
        x = layers.Flatten()(x)
        x = leaky(EqualisedDense(config.widest, bias_gain=self.bias_gain)(x))
        logit = EqualisedDense(1, gain=1, dtype="float32", name="logit")(x)
        return keras.Model(map_, logit, name="verdict")

    def build_block(self, x, width: int, wider: int):
        """Build a level: two convolutions, of which the second halves the map."""
        x = leaky(self.convolution(width)(x))
        return leaky(self.convolution(wider, scale="down")(Blur()(x)))

    def convolution(self, width: int, kernel: int = 3, **more) -> EqualisedConv2D:
        """A convolution before a leaky ReLU."""
        return EqualisedConv2D(width, kernel, bias_gain=self.bias_gain, **more)

    def build_optimizer(self):
        """Adam, for the lazy penalty's updates as well, if there is one."""
        config = self.config
        if not self.is_lazy:
            return super().build_optimizer()
        every = config.r1_every
        return lazy_adam(config.discriminator_rate, config, every, config.critic_steps)

    @property
    def age(self):
        """As `Network.age`, without the updates by the penalty."""
        return super().age * (share_of(self.config.r1_every) if self.is_lazy else 1.0)

    def trainModel(self, batch: dict, *outputs, tape=None) -> dict:
        logs = super().trainModel(batch, *outputs, tape=tape)
        if self.is_lazy:
            logs[f"{self.name}/r1"] = self._lazy.update(lambda: [self.penalty(batch)])
        return logs

    def penalty(self, batch: dict):
        """Compute the lazy penalty, R1: γ/2 · E‖∇D(x)‖² at real pictures."""

        def logits(samples):
            return self.logits(samples, batch)

        return stabilise.penalty(logits, batch["real"], self._gamma, self.loss.score)[1]


class ResidualDiscriminator(StyleDiscriminator):
    """Discriminator with residual blocks (Karras et al. 2020, figure 7)."""

    # The authors' second code has its √2 behind the leaky ReLU, and so on the biases as well.
    bias_gain = ROOT_2

    def build_block(self, x, width: int, wider: int):
        """Build a level: two convolutions, and a shorter way around them; over √2."""
        taps = (1, 3, 3, 1)
        short = EqualisedConv2D(wider, 1, gain=1, scale="half", use_bias=False)(Blur(taps)(x))
        x = leaky(self.convolution(width)(x))
        x = leaky(self.convolution(wider, scale="half")(Blur(taps, 2, 2)(x)))
        return layers.Rescaling(1 / ROOT_2)(layers.Add()([x, short]))


def leaky(x):
    """Leaky ReLU with a slope of .2."""
    return layers.LeakyReLU(0.2)(x)
