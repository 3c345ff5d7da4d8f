"""Encoder and decoder, and what they minimise together."""

import keras
from keras import layers, ops

from common.codes import divergence, drawn_from
from common.distortion import distorted
from common.layers import batch_norm, downsample, upsample, widths_towards_picture
from common.network import Network

from .config import Config
from .losses import reconstruction

# The models by their places in what `buildModel` returns.
DECODER, ENCODER = 0, 1


class EncoderDecoder(Network):
    """Autoencoder: two models, one loss, one optimizer.

    Variational, the encoder gives each picture a normal distribution of latents, and the loss is
    the negative evidence lower bound, −ELBO (Kingma and Welling 2014); otherwise it gives a point,
    and the loss is the reconstruction alone.
    """

    name = "autoencoder"

    def __init__(self, config: Config):
        super().__init__(config)
        self._raw = before_range(self.models[DECODER])

    def buildModel(self) -> tuple[keras.Model, ...]:
        """Build the decoder, codes (N, L) → pictures, and the encoder, pictures → codes.

        Variational codes are means and log variances, (N, 2L).
        """
        config = self.config
        latent = keras.Input((config.latent_size,), name="latent")
        picture = keras.Input(config.sample_shape, name="real")
        of, to = (convolved, unfolded) if config.network == "convolutional" else (dense, densely)
        # In float32 whatever the arithmetic, as all that a loss looks at.
        code = layers.Dense(code_size(config), dtype="float32", name="code")(of(picture, config))
        decoder = keras.Model(latent, ranged(to(latent, config), config), name="decoder")
        return decoder, keras.Model(picture, code, name="encoder")

    def lossFunction(self, batch) -> dict:
        """Compute the negative evidence lower bound, in nats a picture, means over the batch.

        Args:
            batch: `real`, pictures (N, H, W, C) in [-1, 1]; variational, `latent`, N(0, 1) noise
                (N, L); and `coins`, where pictures are drawn black and white, and `transforms`
                (N, 8) and `noise`, where what the encoder sees is distorted or noisy.
        """
        config, real = self.config, batch["real"]
        if config.binarise:
            real = ops.cast((real + 1) / 2 > batch["coins"], "float32") * 2 - 1
        seen = distorted(real, batch["transforms"]) if config.distortion else real
        seen = seen + config.noise * batch["noise"] if config.noise else seen
        code = self({"real": seen}, which=ENCODER)
        latent = drawn_from(code, batch["latent"]) if config.variational else code
        raw = self._raw(latent, training=True)
        terms = {"reconstruction": ops.mean(reconstruction(real, raw, config))}
        if config.variational:
            terms["divergence"] = config.beta * divergence(code)
        return terms


def code_size(config: Config) -> int:
    """Return the numbers that an encoder gives: of a distribution, means and log variances."""
    return config.latent_size * (2 if config.variational else 1)


def convolved(x, config: Config):
    """Convolutions with stride 2, down to 4 to 7 pixels a side."""
    for width in reversed(widths_towards_picture(config.image_size, config.width)):
        x = layers.LeakyReLU(0.2)(batch_norm(downsample(x, width, kernel=4)))
    return layers.Flatten()(x)


def unfolded(x, config: Config):
    """The mirror image of `convolved`: from latents to the values before the last activation."""
    widths = widths_towards_picture(config.image_size, config.width)
    side = config.image_size // 2 ** len(widths)
    x = layers.Dense(side * side * widths[0])(x)
    x = layers.Reshape((side, side, widths[0]))(x)
    for width in [*widths[1:], config.channels]:
        x = upsample(layers.ReLU()(batch_norm(x)), width, kernel=4, bias=True)
    return x


def dense(x, config: Config):
    """Hidden layers over all pixels."""
    x = layers.Flatten()(x)
    for _ in range(config.hidden_layers):
        x = layers.Dense(config.hidden, activation="relu")(x)
    return x


def densely(x, config: Config):
    """Hidden layers, and a value for each pixel before the last activation."""
    for _ in range(config.hidden_layers):
        x = layers.Dense(config.hidden, activation="relu")(x)
    height, width, channels = config.sample_shape
    x = layers.Dense(height * width * channels)(x)
    return layers.Reshape((height, width, channels))(x)


def ranged(x, config: Config):
    """Pictures in [-1, 1], in float32: 2σ(x) − 1 of logits, or tanh x of means."""
    x = layers.Activation("linear", dtype="float32", name="raw")(x)
    if config.decoder == "gaussian":
        return layers.Activation("tanh", dtype="float32", name="pictures")(x)
    x = layers.Activation("sigmoid", dtype="float32")(x)
    return layers.Rescaling(2.0, -1.0, dtype="float32", name="pictures")(x)


def before_range(decoder: keras.Model) -> keras.Model:
    """Return the same decoder without its last activation, whose losses are exact everywhere."""
    return keras.Model(decoder.input, decoder.get_layer("raw").output)
