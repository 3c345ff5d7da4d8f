"""3D-GAN's generator."""

import keras
from keras import layers

from common.layers import batch_norm, normal_weights, widths_towards_picture
from common.network import Generator


class VoxelGenerator(Generator):
    """Generator from a latent vector to the occupancy of a grid (Wu et al. 2016, figure 1).

    DCGAN's generator with a third axis. 3D-VAE-GAN calls the same network its decoder.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: latents (N, L) → occupancies (N, S, S, S, 1) in [0, 1]."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        latent = keras.Input((config.latent_size,), name="latent")
        # A transposed convolution of a single cell to 4×4×4 is a dense layer.
        x = layers.Dense(4**3 * widths[0], use_bias=False, kernel_initializer=normal_weights())(
            latent
        )
        x = layers.Reshape((4, 4, 4, widths[0]))(x)
        x = layers.ReLU()(batch_norm(x))
        for width in widths[1:]:
            x = layers.ReLU()(batch_norm(doubled(x, width)))
        x = doubled(x, 1)
        occupancy = layers.Activation("sigmoid", dtype="float32", name="voxels")(x)
        return keras.Model(latent, occupancy, name="generator")


def doubled(x, width: int):
    """Transposed convolution that doubles each side of a grid, with kernels of 4×4×4."""
    return layers.Conv3DTranspose(
        width, 4, 2, "same", use_bias=False, kernel_initializer=normal_weights()
    )(x)
