"""Template's network: a variational autoencoder."""

import keras
from keras import layers, ops

from common.codes import divergence, drawn_from
from common.layers import batch_norm, downsample, to_range, upsample, widths_towards_picture
from common.network import Network

# The models by their places in what `buildModel` returns.
DECODER, ENCODER = 0, 1


class TemplateNetwork(Network):
    """Variational autoencoder (Kingma and Welling 2014): two models, one loss, one optimizer."""

    # CHANGE: the name is the prefix of its logs, and `--NAME-rate` is its learning rate.
    name = "autoencoder"

    def buildModel(self) -> tuple[keras.Model, ...]:
        """Build the decoder, which infer uses, and the encoder."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        side = config.image_size // 2 ** len(widths)

        # An Input is named after an entry of the batch (the table is in common/batches.py), or
        # after what `lossFunction` passes itself.
        # CHANGE: the models, of Keras layers alone; common/layers.py has more blocks.
        latent = keras.Input((config.latent_size,), name="latent")
        x = layers.Dense(side * side * widths[0])(latent)
        x = layers.Reshape((side, side, widths[0]))(x)
        for width in [*widths[1:], config.channels]:
            x = upsample(layers.ReLU()(batch_norm(x)), width, kernel=4, bias=True)
        # A model's name is the name of its file in a run.
        decoder = keras.Model(latent, to_range(x), name="decoder")

        picture = x = keras.Input(config.sample_shape, name="real")
        for width in reversed(widths):
            x = layers.LeakyReLU(0.2)(batch_norm(downsample(x, width, kernel=4)))
        # In float32 whatever the arithmetic, as all that a loss looks at.
        moments = layers.Dense(2 * config.latent_size, dtype="float32")(layers.Flatten()(x))
        return decoder, keras.Model(picture, moments, name="encoder")

    def lossFunction(self, batch) -> dict:
        """Compute the negative evidence lower bound, in nats per picture, for pixel noise of 1/4.

        Args:
            batch: `real`, pictures (N, size, size, C) in [-1, 1], and `latent`, N(0, 1) noise
                (N, latent_size).
        """
        # CHANGE: the terms; their sum is minimised, their names are logged.
        code = self(batch, which=ENCODER)
        fake = self({"latent": drawn_from(code, batch["latent"])}, which=DECODER)
        error = ops.sum((fake - batch["real"]) ** 2, axis=(1, 2, 3))
        return {
            "reconstruction": 8 * ops.mean(error),
            "divergence": self.config.beta * divergence(code),
        }
