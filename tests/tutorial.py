"""A DCGAN as Keras tutorials write it, to be measured against: `tests.quality`.

Both networks in a `keras.Model` with a `train_step` of its own, trained by `fit`: binary
cross-entropy, Adam at 2e-4 with β1 .5 for both, dropout in the discriminator, kernels of 5×5, 256
channels at the coarsest map, batches of 64, float32; and no average of the weights.

Tutorials also have a rate of 1e-4 and batches of 256. With those it was no nearer to real houses
after ten minutes on two cores than at the start, as it takes few steps in that time.
"""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

LATENT, BATCH, RATE, BETA_1 = 100, 64, 2e-4, 0.5


class TutorialGAN(keras.Model):
    """Generator and discriminator, which learn in turns.

    Args:
        size: Pixels a side, a multiple of 4.
    """

    def __init__(self, size: int):
        super().__init__()
        self.generator, self.discriminator = generator(size), discriminator(size)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def compile(self):
        """Create an optimizer for each network."""
        super().compile()
        self.of_generator = keras.optimizers.Adam(RATE, BETA_1)
        self.of_discriminator = keras.optimizers.Adam(RATE, BETA_1)

    def train_step(self, real):
        """Update both networks once."""
        latent = tf.random.normal((tf.shape(real)[0], LATENT))
        with tf.GradientTape() as first, tf.GradientTape() as second:
            fake = self.generator(latent, training=True)
            on_real = self.discriminator(real, training=True)
            on_fake = self.discriminator(fake, training=True)
            fooling = self.loss_fn(tf.ones_like(on_fake), on_fake)
            telling = self.loss_fn(tf.ones_like(on_real), on_real)
            telling += self.loss_fn(tf.zeros_like(on_fake), on_fake)
        for tape, loss, network, optimizer in (
            (first, fooling, self.generator, self.of_generator),
            (second, telling, self.discriminator, self.of_discriminator),
        ):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"generator": fooling, "discriminator": telling}


def generator(size: int) -> keras.Model:
    """Build the generator: latents (N, 100) → pictures (N, size, size, 3) in [-1, 1]."""
    side = size // 4
    network = [
        layers.Dense(side * side * 256, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Reshape((side, side, 256)),
    ]
    for width, stride in ((128, 1), (64, 2)):
        network += [
            layers.Conv2DTranspose(width, 5, stride, "same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
        ]
    last = layers.Conv2DTranspose(3, 5, 2, "same", use_bias=False, activation="tanh")
    return keras.Sequential([keras.Input((LATENT,)), *network, last], name="generator")


def discriminator(size: int) -> keras.Model:
    """Build the discriminator: pictures (N, size, size, 3) → logits (N, 1)."""
    network = [keras.Input((size, size, 3))]
    for width in (64, 128):
        network += [
            layers.Conv2D(width, 5, 2, "same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
        ]
    return keras.Sequential([*network, layers.Flatten(), layers.Dense(1)], name="discriminator")


def pictures(dataset) -> tf.data.Dataset:
    """A set of pictures, uint8 N×H×W×3, as `fit` takes it: shuffled batches in [-1, 1]."""
    scaled = dataset.astype("float32") / 127.5 - 1
    found = tf.data.Dataset.from_tensor_slices(scaled).shuffle(len(scaled))
    return found.batch(BATCH, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
