"""The Siamese GAN's discriminator: an encoder."""

import keras
from keras import layers, ops

from common.layers import batch_norm, downsample, normal_weights, widths_towards_picture
from common.network import Discriminator

from .config import OF_VECTORS


class SiameseDiscriminator(Discriminator):
    """Discriminator from a picture to a vector.

    DCGAN's convolutions; only the last layer gives `vec_len` numbers in place of one.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, size, size, C) in [-1, 1] → vectors (N, L), float32."""
        config = self.config
        x = picture = keras.Input(config.sample_shape, name="sample")
        widths = reversed(widths_towards_picture(config.image_size, config.width))
        for depth, width in enumerate(widths):
            x = downsample(x, width, kernel=4, bias=config.penalised)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Flatten(dtype="float32")(x)
        # First vectors of any length L are as long as those of one number, with DCGAN's weights.
        weights = normal_weights(deviation=0.02 / config.vec_len**0.5)
        vector = layers.Dense(
            config.vec_len, dtype="float32", kernel_initializer=weights, name="vector"
        )(x)
        return keras.Model(picture, vector, name="discriminator")

    def observe(self, real_logits, fake_logits) -> None:
        """Log how far real and fake vectors are from the point, and how often rightly so.

        Without a point, from the middle of the real vectors.
        """
        if self.config.loss == "contrastive":
            middle = ops.mean(real_logits, axis=0, keepdims=True)
            real_logits, fake_logits = real_logits - middle, fake_logits - middle
        super().observe(real_logits, fake_logits)
        if self.config.loss in OF_VECTORS:
            real, fake = (-ops.mean(self.loss.score(v)) for v in (real_logits, fake_logits))
            self.log(real_distance=real, fake_distance=fake)
