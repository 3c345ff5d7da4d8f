"""The published networks, and how they were trained."""

import keras
from keras import layers, ops

from common.layers import normal_weights
from common.optimizers import scheduled

from .network import EncoderDecoder, code_size, ranged


class PublishedAutoencoder(EncoderDecoder):
    """Kingma and Welling's networks for MNIST (2014, section 5 and appendix C).

    One hidden layer of tanh units each, weights from N(0, 0.01), Adagrad, and a prior N(0, 1) on
    all weights, of whose share in the bound a picture has one in `--pictures` (of fewer pictures,
    the prior is that much too weak). Whether that 0.01 is a variance is not told; here it is the
    deviation.
    """

    def buildModel(self) -> tuple[keras.Model, ...]:
        """As `EncoderDecoder.buildModel`."""
        config = self.config
        height, width, channels = config.sample_shape
        latent = keras.Input((config.latent_size,), name="latent")
        picture = keras.Input(config.sample_shape, name="real")
        x = layers.Flatten()(picture)
        code = _weighted(code_size(config), dtype="float32", name="code")(_hidden(x, config))
        x = _weighted(height * width * channels)(_hidden(latent, config))
        x = layers.Reshape((height, width, channels))(x)
        decoder = keras.Model(latent, ranged(x, config), name="decoder")
        return decoder, keras.Model(picture, code, name="encoder")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Adagrad, whose steps shrink with all that a weight was moved by before."""
        rate = scheduled(self.config.autoencoder_rate, self.config)
        return keras.optimizers.Adagrad(rate, initial_accumulator_value=0.0, epsilon=1e-12)

    def lossFunction(self, batch) -> dict:
        """As `EncoderDecoder.lossFunction`, and the prior of the weights."""
        squares = sum(ops.sum(ops.square(v)) for v in self.trainable_variables)
        return super().lossFunction(batch) | {"prior": squares / (2 * self.config.pictures)}


def _hidden(x, config):
    for _ in range(config.hidden_layers):
        x = _weighted(config.hidden, activation="tanh")(x)
    return x


def _weighted(units: int, **more) -> layers.Dense:
    return layers.Dense(units, kernel_initializer=normal_weights(deviation=0.01), **more)
