"""3D-VAE-GAN's encoder of pictures."""

import math

import keras
from keras import layers

from common.codes import divergence
from common.layers import batch_norm, downsample, normal_weights
from common.network import Network

from .loss import reconstruction

# The last convolution covers a map of 8 to 15 pixels a side.
_LAST = 8


class ViewEncoder(Network):
    """Encoder from a picture to a distribution of latents (Wu et al. 2016, section 3.3).

    Of 256 pixels, the paper's: five convolutions with kernels of 11, 5, 5, 5 and 8 pixels. A
    smaller picture has fewer: its first convolution has stride 2, and kernels of 5 pixels.
    """

    name = "encoder"

    def buildModel(self) -> keras.Model:
        """Build the model: views (N, H, W, C) in [-1, 1] → mean and log variance (N, 2L)."""
        config = self.config
        x = view = keras.Input(config.input_shape, name="input")
        halvings = int(math.log2(min(config.input_size) // _LAST))
        # The paper's first layer quarters the size.
        quarters = halvings >= 5
        for depth in range(halvings - quarters):
            width = config.encoder_width * 2 ** min(depth, 3)
            if quarters and not depth:
                x = layers.Conv2D(
                    *(width, 11, 4, "same"), use_bias=False, kernel_initializer=normal_weights()
                )(x)
            else:
                x = downsample(x, width, kernel=5)
            x = layers.ReLU()(batch_norm(x))
        # A convolution that covers the whole map is a dense layer.
        x = layers.Flatten(dtype="float32")(x)
        code = layers.Dense(
            2 * config.latent_size,
            use_bias=False,
            dtype="float32",
            kernel_initializer=normal_weights(),
            name="code",
        )(x)
        return keras.Model(view, code, name="encoder")

    def lossFunction(self, batch: dict, code, predicted) -> dict:
        """Compute the reconstruction and the divergence of the codes from N(0, 1).

        Args:
            batch: The true shapes (`real`).
            code: This network's mean and log variance, N×2L.
            predicted: What the generator makes of latents drawn from them, N×S×S×S×1.
        """
        return {
            "reconstruction": reconstruction(batch["real"], predicted, self.config),
            "divergence": self.config.divergence_weight * divergence(code),
        }
